import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type GroupedProcess, runInGroup } from '../../../src/base/processes/run-in-group.js';
import { until } from '../../support/wait.js';

function shell(script: string, options: Partial<GroupedProcess> = {}) {
  const env = { PATH: process.env.PATH ?? '' };
  return runInGroup({ command: 'sh', args: ['-c', script], env, cwd: '/', graceSeconds: 5, ...options });
}

describe('runInGroup', () => {
  it('returns what the program wrote and how it ended', async () => {
    expect(await shell('echo out; echo why >&2; exit 7')).toEqual({
      status: 7,
      stdout: 'out\n',
      stderr: 'why\n',
    });
  });

  it('returns long output whole', async () => {
    const { stdout } = await shell('head -c 3000000 /dev/zero | tr "\\0" x');
    expect(stdout).toHaveLength(3_000_000);
  });

  it('reports status 127 for a program that does not exist', async () => {
    const outcome = await shell('', { command: '/no/such/program', args: [] });
    expect(outcome.status).toBe(127);
  });

  it('reports every line as soon as it is written', async () => {
    const lines: string[] = [];
    await shell('echo one; echo two >&2; echo; printf three', { onLine: (line) => lines.push(line) });
    expect(lines.sort()).toEqual(['one', 'two']);
  });

  it('passes on nothing of the environment that is not named', async () => {
    vi.stubEnv('MESH_ROLLOUT_TEST_SECRET', 'hush');
    onTestFinished(() => void vi.unstubAllEnvs());
    const { stdout } = await shell('env');
    expect(stdout).toContain('PATH=');
    expect(stdout).not.toContain('hush');
  });

  it('lets the program put things in order when the signal aborts', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mesh-rollout-group-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const abort = new AbortController();
    const script = `trap 'echo ended >${folder}/end; exit 0' TERM; echo started; sleep 43.5 & wait`;
    const started = withResolvers();
    const running = shell(script, { signal: abort.signal, onLine: () => started.resolve() });
    await started.promise;
    abort.abort(new Error('cancelled'));
    await expect(running).rejects.toThrow('cancelled');
    expect((await execa('cat', [join(folder, 'end')])).stdout).toBe('ended');
    expect(await processes('sleep 43.5')).toEqual([]);
  });

  it('kills a program that does not end in time, and everything that it has started', async () => {
    const abort = new AbortController();
    const script = `trap '' TERM; sleep 43.75 & echo started; wait; wait`;
    const started = withResolvers();
    const running = shell(script, { signal: abort.signal, graceSeconds: 1, onLine: () => started.resolve() });
    await started.promise;
    abort.abort(new Error('cancelled'));
    await expect(running).rejects.toThrow('cancelled');
    expect(await processes('sleep 43.75')).toEqual([]);
  });

  it('leaves nothing running that the program has started', async () => {
    await shell('sleep 44.25 >/dev/null 2>&1 & true');
    await until('the rest of the group to end', async () => (await processes('sleep 44.25')).length === 0);
  });

  it('kills the programs when the worker is killed', async () => {
    const worker = spawn(process.execPath, [await compiled('grouped-sleep')], { stdio: 'inherit' });
    await until('the program to run', async () => (await processes('sleep 43.25')).length > 0);
    worker.kill('SIGKILL');
    await until('the program to end', async () => (await processes('sleep 43.25')).length === 0);
  }, 60_000);
});

/** Compiles a program of `programs/`, since Node 20 runs no TypeScript; returns the path of the JavaScript. */
async function compiled(name: string): Promise<string> {
  const root = join(import.meta.dirname, '..', '..', '..');
  const folder = await mkdtemp(join(tmpdir(), 'mesh-rollout-group-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const source = join(import.meta.dirname, 'programs', `${name}.ts`);
  await execa(join(root, 'node_modules', '.bin', 'tsc'), [
    ...['--noCheck', '--noEmit', 'false', '--rootDir', root, '--outDir', folder, '--module', 'nodenext'],
    ...['--types', 'node', '--target', 'es2023', '--ignoreConfig', source],
  ]);
  await writeFile(join(folder, 'package.json'), '{"type": "module"}');
  return join(folder, 'test', 'base', 'processes', 'programs', `${name}.js`);
}

/** The command lines of running processes that are exactly this. */
async function processes(commandLine: string): Promise<string[]> {
  const { stdout } = await execa('ps', ['-eo', 'args=']);
  return stdout.split('\n').filter((line) => line.trim() === commandLine);
}

/** Node 20 has no Promise.withResolvers. */
function withResolvers() {
  let resolve: () => void = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
