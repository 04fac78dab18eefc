import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { runLeashed } from '../../../src/base/processes/leashed-process.js';
import { until } from '../../support/wait.js';

const env = { PATH: process.env.PATH ?? '' };

describe('runLeashed', () => {
  it('gives the program its input and gives back what it wrote', async () => {
    const input = 'x'.repeat(3_000_000);
    const outcome = await runLeashed({ command: 'cat', args: [], input, env });
    expect(outcome.status).toBe(0);
    expect(outcome.stdout).toBe(input);
  });

  it('reports status and words of a program that fails', async () => {
    const outcome = await runLeashed({
      command: 'sh',
      args: ['-c', 'echo out; echo why >&2; exit 7'],
      input: '',
      env,
    });
    expect(outcome).toEqual({ status: 7, stdout: 'out\n', stderr: 'why\n' });
  });

  it('reports status 127 for a program that is not there', async () => {
    const outcome = await runLeashed({ command: '/no/such/program', args: [], input: '', env });
    expect(outcome.status).toBe(127);
  });

  it('survives a program that ends without reading its input', async () => {
    const outcome = await runLeashed({ command: 'true', args: [], input: 'x'.repeat(3_000_000), env });
    expect(outcome.status).toBe(0);
  });

  it('passes nothing of the environment that is not named', async () => {
    vi.stubEnv('MESH_ROLLOUT_TEST_SECRET', 'hush');
    onTestFinished(() => void vi.unstubAllEnvs());
    const outcome = await runLeashed({ command: 'env', args: [], input: '', env });
    expect(outcome.stdout).toContain(`PATH=${env.PATH}`);
    expect(outcome.stdout).not.toContain('hush');
  });

  it('kills the program when the signal aborts', async () => {
    const abort = new AbortController();
    const running = runLeashed({ command: 'sleep', args: ['41.25'], input: '', env, signal: abort.signal });
    await until('the program to run', async () => (await processes('sleep 41.25')).length > 0);
    abort.abort(new Error('cancelled'));
    await expect(running).rejects.toThrow('cancelled');
    await until('the program to end', async () => (await processes('sleep 41.25')).length === 0);
  });

  it('kills the program when the worker is killed', async () => {
    const worker = spawn(process.execPath, [await compiled('leashed-sleep')], { stdio: 'inherit' });
    await until('the program to run', async () => (await processes('sleep 42.75')).length > 0);
    worker.kill('SIGKILL');
    await until('the program to end', async () => (await processes('sleep 42.75')).length === 0);
  }, 60_000);
});

/** Compiles a program of `programs/`, since Node 20 runs no TypeScript; gives the path of the JavaScript. */
async function compiled(name: string): Promise<string> {
  const root = join(import.meta.dirname, '..', '..', '..');
  const folder = await mkdtemp(join(tmpdir(), 'mesh-rollout-leash-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const options = [
    '--noCheck',
    '--noEmit',
    'false',
    '--rootDir',
    root,
    '--outDir',
    folder,
    '--module',
    'nodenext',
    '--types',
    'node',
  ];
  const source = join(import.meta.dirname, 'programs', `${name}.ts`);
  await execa(join(root, 'node_modules', '.bin', 'tsc'), [
    ...options,
    '--target',
    'es2023',
    '--ignoreConfig',
    source,
  ]);
  await writeFile(join(folder, 'package.json'), '{"type": "module"}');
  return join(folder, 'test', 'base', 'processes', 'programs', `${name}.js`);
}

/** The command lines of running processes that are exactly this. */
async function processes(commandLine: string): Promise<string[]> {
  const listing = await runLeashed({ command: 'ps', args: ['-eo', 'args='], input: '', env });
  return listing.stdout.split('\n').filter((line) => line === commandLine);
}
