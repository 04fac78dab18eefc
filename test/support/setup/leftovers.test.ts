import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../kubernetes/support/temporary-folder.js';
import { leftovers } from './leftovers.js';

test('a folder in which nothing is, and that no process knows, has no leftovers', async () => {
  expect(await leftovers(await temporaryFolder())).toEqual([]);
});

test('a file is left', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'forgotten'), '');
  expect(await leftovers(folder)).toEqual([`file ${join(folder, 'forgotten')}`]);
});

test('a process is left when whoever started it has ended, and not before', async () => {
  const folder = await temporaryFolder();
  const parent = spawn('sh', ['-c', 'sleep 300 & echo $!; read -r _'], {
    env: { PATH: process.env.PATH, HOME: join(folder, 'home') },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [output] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(output);
  try {
    expect(await leftovers(folder)).toEqual([]);
    parent.stdin.end('\n');
    await once(parent, 'exit');
    expect(await leftovers(folder)).toEqual([`process ${pid}: sleep 300`]);
  } finally {
    process.kill(pid, 'SIGKILL');
  }
  await expect.poll(() => leftovers(folder)).toEqual([]);
});

test('a run that leaves something behind has failed, and names it', { timeout: 60_000 }, async () => {
  const config = join(import.meta.dirname, 'programs', 'leaves-behind.config.ts');
  const { exitCode, all } = await execa('npx', ['vitest', 'run', '--config', config], {
    cwd: join(import.meta.dirname, '..', '..', '..'),
    reject: false,
    all: true,
  });
  const [, pid] = /process (\d+): sleep 300/.exec(all) ?? [];
  const [, file] = /file (\S+\/forgotten)/.exec(all) ?? [];
  if (pid !== undefined) process.kill(Number(pid), 'SIGKILL');
  if (file !== undefined) await rm(dirname(file), { recursive: true });
  expect(all).toContain('1 passed');
  expect([exitCode, pid, file]).toEqual([1, expect.any(String), expect.any(String)]);
});
