import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { runProcessGroup } from '../../../src/base/processes/process-group.js';
import { compiled, countProcesses } from '../../support/programs.js';
import { until } from '../../support/wait.js';

const env = { PATH: process.env.PATH ?? '' };
const shell = (script: string) => ({ command: 'sh', args: ['-c', script], env });

describe('runProcessGroup', () => {
  it('returns the status and both outputs of a program', async () => {
    const outcome = await runProcessGroup(shell('echo out; echo why >&2; exit 7'));
    expect(outcome).toEqual({ status: 7, stdout: 'out\n', stderr: 'why\n' });
  });

  it('returns everything of a long output', async () => {
    const { status, stdout } = await runProcessGroup(shell('head -c 3000000 /dev/zero | tr "\\0" x'));
    expect(status).toBe(0);
    expect(stdout).toHaveLength(3_000_000);
  });

  it('reports status 127 for a program that does not exist', async () => {
    expect((await runProcessGroup({ command: '/no/such/program', args: [], env })).status).toBe(127);
  });

  it('passes nothing of the environment that is not named, and no input', async () => {
    vi.stubEnv('MESH_ROLLOUT_TEST_SECRET', 'hush');
    onTestFinished(() => void vi.unstubAllEnvs());
    const { stdout } = await runProcessGroup(shell('env; cat'));
    expect(stdout).toContain(`PATH=${env.PATH}`);
    expect(stdout).not.toContain('hush');
  });

  it('reports each line while the program runs, without credentials', async () => {
    const lines: string[] = [];
    const onLine = (line: string) => lines.push(line);
    const script = 'printf "one\\ntw"; sleep 0.2; printf "o\\n\\n"; printf "password: hunter2-x" >&2';
    await runProcessGroup({ ...shell(script), onLine });
    expect(lines.toSorted()).toEqual(['one', 'password: [redacted]', 'two']);
  });

  it('ends the program and what it has started when the signal aborts', async () => {
    const abort = new AbortController();
    const running = runProcessGroup({ ...shell('sleep 45.25 & sleep 46.25'), signal: abort.signal });
    await until('both to run', async () => (await countProcesses('sleep 45.25', 'sleep 46.25')) === 2);
    abort.abort(new Error('cancelled'));
    await expect(running).rejects.toThrow('cancelled');
    expect(await countProcesses('sleep 45.25', 'sleep 46.25')).toBe(0);
  });

  it('gives a program time to end in good order', async () => {
    const abort = new AbortController();
    const lines: string[] = [];
    const onLine = (line: string) => lines.push(line);
    const script = 'trap "echo tidied; exit 3" TERM; echo ready; while :; do sleep 0.1; done';
    const running = runProcessGroup({ ...shell(script), onLine, signal: abort.signal });
    await until('the program to be ready', () => lines.includes('ready'));
    abort.abort(new Error('cancelled'));
    await expect(running).rejects.toThrow('cancelled');
    expect(lines).toContain('tidied');
  });

  it('kills a program that does not end in time', async () => {
    const abort = new AbortController();
    const lines: string[] = [];
    const script = 'trap "" TERM; echo ready; while :; do sleep 0.1; done';
    const running = runProcessGroup({
      ...shell(script),
      graceSeconds: 1,
      onLine: (line) => lines.push(line),
      signal: abort.signal,
    });
    await until('the program to be ready', () => lines.includes('ready'));
    abort.abort(new Error('cancelled'));
    await expect(running).rejects.toThrow('cancelled');
  });

  it('leaves nothing behind of a program that ends before what it has started', async () => {
    const { status } = await runProcessGroup(shell('sleep 47.25 >/dev/null 2>&1 & exit 5'));
    expect(status).toBe(5);
    expect(await countProcesses('sleep 47.25')).toBe(0);
  });

  it('ends all when the worker is killed', async () => {
    const worker = spawn(
      process.execPath,
      [await compiled(join(import.meta.dirname, 'programs', 'grouped-sleep.ts'))],
      { stdio: 'inherit' },
    );
    await until('both to run', async () => (await countProcesses('sleep 43.75', 'sleep 44.75')) === 2);
    worker.kill('SIGKILL');
    await until('both to end', async () => (await countProcesses('sleep 43.75', 'sleep 44.75')) === 0);
  }, 60_000);
});
