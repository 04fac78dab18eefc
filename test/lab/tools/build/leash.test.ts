import { expect, test, vi } from 'vitest';
import { runLeashed } from '../../../../lab/tools/build/leash.js';
import { processStarted } from '../../../../lab/tools/lock/process-identity.js';
import { compiledPrograms } from '../compiled.js';

vi.setConfig({ testTimeout: 30_000 });

const start = compiledPrograms();

const options = { folder: '/', environment: { PATH: process.env.PATH } };
const sh = (script: string, more: object = {}) =>
  runLeashed('/bin/sh', ['-c', script], { ...options, ...more });

/** Two generations that never end by themselves; the pids of both come out. */
const family = 'echo parent $$; sh -c "echo child \\$\\$; exec tail -f /dev/null" & wait';

test('a command on the leash gives its output and whether it succeeded', async () => {
  await expect(sh('echo out; echo err >&2; pwd')).resolves.toEqual({
    succeeded: true,
    output: 'out\nerr\n/',
  });
  await expect(sh('echo broken; exit 3')).resolves.toEqual({ succeeded: false, output: 'broken' });
});

test('arguments and the environment arrive as they are', async () => {
  const words = ['a b', '$HOME', "it's", ''];
  const result = await runLeashed(
    '/bin/sh',
    ['-c', 'printf "<%s>" "$@"; env | grep ^LEASH', 'sh', ...words],
    {
      folder: '/',
      environment: { PATH: process.env.PATH, LEASH: 'x y' },
    },
  );
  expect(result.output).toBe(`<a b><$HOME><it's><>LEASH=x y`);
});

test('standard input is empty, not the leash', async () => {
  await expect(sh('cat')).resolves.toEqual({ succeeded: true, output: '' });
});

test('a signal ends a command and its children', async () => {
  const abort = new AbortController();
  let output = '';
  const onOutput = (text: string): void => {
    output += text;
    if (/child \d+\n/.test(output) && /parent \d+\n/.test(output)) abort.abort(new Error('enough'));
  };
  await expect(sh(family, { signal: abort.signal, onOutput })).rejects.toThrow('enough');
  for (const pid of output.match(/\d+/g) ?? [])
    await expect(processStarted(Number(pid))).resolves.toBeUndefined();
});

test('an aborted signal starts nothing', async () => {
  const onOutput = (): never => expect.unreachable('it ran');
  await expect(sh('echo', { signal: AbortSignal.abort(new Error('no')), onOutput })).rejects.toThrow('no');
});

test('a command and its children end when we are killed', async () => {
  const wrapper = start('leash-wrapper', ['/bin/sh', '-c', family]);
  const pids = [await wrapper.saw(/child \d+/), await wrapper.saw(/parent \d+/)].map((line) =>
    Number(line.split(' ')[1]),
  );
  await expect(Promise.all(pids.map(processStarted))).resolves.not.toContain(undefined);
  wrapper.kill('SIGKILL');
  await expect.poll(() => Promise.all(pids.map(processStarted))).toEqual([undefined, undefined]);
});
