import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { processStarted } from '../../../lab/tools/lock/process-identity.js';
import { compiledPrograms } from './compile.js';

const program = compiledPrograms();

describe('a program that runs children as the lab does', () => {
  let directory: string;
  let lab: ChildProcess;
  let children: number[];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'reaper-'));
    lab = spawn(process.execPath, [program('run-children'), directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(lab.stdout as NonNullable<typeof lab.stdout>, 'data')) as [Buffer];
    await expect.poll(() => existsSync(join(directory, 'grandchild'))).toBe(true);
    const grandchild = await readFile(join(directory, 'grandchild'), 'utf8');
    children = [...line.toString().split(' ').slice(1), grandchild].map(Number);
    expect(await living()).toEqual(children);
  });

  afterEach(() => {
    lab.kill('SIGKILL');
  });

  async function living(): Promise<number[]> {
    const started = await Promise.all(children.map(processStarted));
    return children.filter((_pid, i) => started[i]);
  }

  for (const signal of ['SIGKILL', 'SIGINT'] as const) {
    it(`leaves no process and no file behind when it ends by ${signal}`, async () => {
      lab.kill(signal);
      await expect.poll(living, { timeout: 5_000 }).toEqual([]);
      await expect.poll(() => existsSync(directory), { timeout: 5_000 }).toBe(false);
    });
  }

  it('keeps its children when the terminal’s Ctrl-C goes to its process group', async () => {
    const groups = await Promise.all(children.map(processGroup));
    expect(groups).toEqual([children[0], children[1], children[1]]);
  });
});

async function processGroup(pid: number): Promise<number> {
  const { stdout } = await execa('ps', ['-o', 'pgid=', '-p', String(pid)]);
  return Number(stdout);
}
