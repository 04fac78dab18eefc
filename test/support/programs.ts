import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');

/**
 * Compiles a program of a test with what it imports, since Node 20 runs no TypeScript.
 *
 * @param source its absolute path
 * @returns the path of the JavaScript, which is removed after the test
 */
export async function compiled(source: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mesh-rollout-program-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const emit = ['--noCheck', '--noEmit', 'false', '--rootDir', ROOT, '--outDir', folder, '--ignoreConfig'];
  const language = ['--module', 'nodenext', '--types', 'node', '--target', 'es2023'];
  await execa(join(ROOT, 'node_modules', '.bin', 'tsc'), [...emit, ...language, source]);
  await writeFile(join(folder, 'package.json'), '{"type": "module"}');
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return join(folder, relative(ROOT, source).replace(/\.ts$/, '.js'));
}

/** Returns how many processes run with exactly one of these command lines. */
export async function countProcesses(...commandLines: string[]): Promise<number> {
  const { stdout } = await execa('ps', ['-eo', 'args=']);
  return stdout.split('\n').filter((line) => commandLines.includes(line.trim())).length;
}
