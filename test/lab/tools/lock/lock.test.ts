import { lutimes, readdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { withLock } from '../../../../lab/tools/lock/lock.js';
import { ownIdentity } from '../../../../lab/tools/lock/process-identity.js';
import { temporaryFolder } from '../bench.js';
import { compiledPrograms } from '../compiled.js';

vi.setConfig({ testTimeout: 30_000 });

const start = compiledPrograms();

test('a second process waits until the first gives the lock back', async () => {
  const folder = await temporaryFolder();
  const first = start('hold-lock', [folder]);
  await first.saw(/held/);
  const second = start('hold-lock', [folder]);
  await second.saw(new RegExp(`waiting for ${first.pid}`));
  expect(second.output()).not.toContain('held');
  first.send('go on');
  await second.saw(/held/);
  await expect(first.ended).resolves.toBe(0);
  second.send('go on');
  await expect(second.ended).resolves.toBe(0);
});

test('a lock whose holder was killed is taken over, by one of those who wait', async () => {
  const folder = await temporaryFolder();
  const dead = start('hold-lock', [folder]);
  await dead.saw(/held/);
  const waiting = [1, 2, 3].map(() => start('hold-lock', [folder]));
  await Promise.all(waiting.map((program) => program.saw(/waiting/)));
  dead.kill('SIGKILL');
  const winner = await Promise.any(waiting.map((program) => program.saw(/held/).then(() => program)));
  const others = waiting.filter((program) => program !== winner);
  await Promise.all(others.map((program) => program.saw(new RegExp(`waiting for ${winner.pid}`))));
  expect(others.map((program) => program.output()).join()).not.toContain('held');
  for (const program of waiting) program.send('go on');
  await expect(Promise.all(waiting.map(({ ended }) => ended))).resolves.toEqual([0, 0, 0]);
});

test('no two processes ever hold the lock at once', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'count'), '0');
  const programs = [1, 2, 3, 4].map(() => start('count-up', [folder, '10']));
  await expect(Promise.all(programs.map(({ ended }) => ended))).resolves.toEqual([0, 0, 0, 0]);
  await expect(readFile(join(folder, 'count'), 'utf8')).resolves.toBe('40');
  const locks = (await readdir(folder)).filter((entry) => entry.startsWith('lock'));
  expect(locks.length).toBeLessThanOrEqual(2);
});

test('calls in one process wait for each other', async () => {
  const folder = await temporaryFolder();
  let [inside, most] = [0, 0];
  const work = async (): Promise<void> => {
    most = Math.max(most, ++inside);
    await readdir(folder);
    inside--;
  };
  await Promise.all(Array.from({ length: 8 }, () => withLock(folder, work)));
  expect(most).toBe(1);
});

test('a lock is stale when its pid now belongs to another process', async () => {
  const folder = await temporaryFolder();
  const reused = { ...(await ownIdentity()), started: 'long ago' };
  await symlink(JSON.stringify(reused), join(folder, 'lock.7'));
  await expect(withLock(folder, () => readlink(join(folder, 'lock.8')))).resolves.toContain(
    `"pid":${process.pid}`,
  );
});

test('a lock held on another machine is respected until it was silent for five minutes', async () => {
  const folder = await temporaryFolder();
  const lock = join(folder, 'lock.1');
  await symlink(JSON.stringify({ pid: 1, started: '1', host: 'elsewhere', pidNamespace: '' }), lock);
  const waits: string[] = [];
  const onWait = ({ host }: { host: string }): void => {
    waits.push(host);
    const silent = new Date(Date.now() - 6 * 60_000);
    if (waits.length === 2) void lutimes(lock, silent, silent);
  };
  await withLock(folder, async () => undefined, { onWait });
  expect(waits).toEqual(['elsewhere', 'elsewhere']);
});

test('the lock is given back when the work fails', async () => {
  const folder = await temporaryFolder();
  const failing = withLock(folder, () => Promise.reject(new Error('broken')));
  await expect(failing).rejects.toThrow('broken');
  const onWait = (): never => expect.unreachable('the lock is still held');
  await expect(withLock(folder, async () => 'next', { onWait })).resolves.toBe('next');
});

test('a wait ends with its signal', async () => {
  const folder = await temporaryFolder();
  const abort = new AbortController();
  await withLock(folder, async () => {
    const waiting = withLock(folder, async () => 'never', {
      onWait: () => abort.abort(new Error('enough')),
      signal: abort.signal,
    });
    await expect(waiting).rejects.toThrow('enough');
  });
});
