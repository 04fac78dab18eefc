import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logTail } from '../../../lab/processes/log-tail.js';
import { ProcessTable } from '../../../lab/processes/process-table.js';
import { Reaper } from '../../../lab/processes/reaper.js';

describe('a process of the lab', () => {
  let directory: string;
  let reaper: Reaper;
  let processes: ProcessTable;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'processes-'));
    reaper = await Reaper.start([]);
    processes = new ProcessTable(reaper, directory, () => {});
  });

  afterAll(async () => {
    await processes.endAll();
    await reaper.finish();
    await rm(directory, { recursive: true });
  });

  const start = (name: string, script: string) =>
    processes.start({
      name,
      command: '/bin/sh',
      args: ['-c', script],
      workingDirectory: directory,
      logFile: join(directory, `${name}.log`),
    });

  it('that ends while somebody waits for it is reported at once, with the end of its log', async () => {
    const one = await start('dies', 'echo no such flag >&2; exit 3');
    const waiting = one.waitUntil('to serve', async () => undefined);
    await expect(waiting).rejects.toThrow(
      /dies ended with exit code 3; the end of its log .*dies.log:\nno such flag/,
    );
    expect(processes.living).not.toContain(one);
  });

  it('that does not get ready in time is reported with the end of its log', async () => {
    const one = await start('hangs', 'echo still thinking; exec sleep 60');
    const waiting = one.waitUntil('to serve', async () => undefined, { timeoutMilliseconds: 300 });
    await expect(waiting).rejects.toThrow(
      /gave up waiting for hangs to serve after 300 ms.*\nstill thinking/s,
    );
    await one.end();
    expect(await one.exited).toBe('SIGKILL');
  });

  it('is given time to listen, and none for an answer that nobody expects', async () => {
    const one = await start('listens', 'exec sleep 60');
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    const errors = [new TypeError('fetch failed', { cause: refused }), new Error('HTTP 500')];
    const waiting = one.waitUntil('to serve', () => Promise.reject(errors.shift()));
    await expect(waiting).rejects.toThrow(/^HTTP 500; the end of its log .*listens.log/);
    await one.end();
  });

  it('that does not exist cannot be started', async () => {
    const nowhere = { name: 'x', command: '/no/such/program', args: [], workingDirectory: directory };
    const starting = processes.start({ ...nowhere, logFile: join(directory, 'x.log') });
    await expect(starting).rejects.toThrow('ENOENT');
  });

  it('gets no environment of the user’s but PATH', async () => {
    process.env.TEMPORAL_ADDRESS = 'example.com:7233';
    const one = await start('environment', 'env; exec sleep 60');
    await expect.poll(() => logTail(join(directory, 'environment.log'))).toContain(`HOME=${directory}`);
    expect(await logTail(join(directory, 'environment.log'))).not.toContain('TEMPORAL_ADDRESS');
    delete process.env.TEMPORAL_ADDRESS;
    await one.end();
  });
});
