import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { round, table } from '../report/figure.js';
import { byFunction, byPlace, type CpuProfile, type Spent } from './summary.js';

/**
 * Returns the environment of a worker that writes a profile of its main thread into a folder when it exits normally.
 */
export function profiled(folder: string | undefined): Record<string, string> {
  if (folder === undefined) return {};
  const preload = pathToFileURL(join(import.meta.dirname, 'preload.js')).href;
  return { NODE_OPTIONS: `--import ${preload}`, BENCH_PROFILE: folder };
}

/**
 * Returns where the time of the profile in a folder went, as text: the top twenty places, and the top twenty
 * functions.
 */
export async function describeProfile(folder: string): Promise<string> {
  const profile = JSON.parse(await readFile(join(folder, 'worker.cpuprofile'), 'utf8')) as CpuProfile;
  const rows = (spent: Spent) => spent.slice(0, 20).map(([what, seconds]) => [what, `${round(seconds)} s`]);
  return `${table(rows(byPlace(profile)))}\n\n${table(rows(byFunction(profile)))}`;
}
