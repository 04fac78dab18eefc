import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { leftovers } from './leftovers.js';

/** A lab disappears a moment after its process has ended. */
const PATIENCE_MS = 20_000;

/** Global set-up of a run: see {@link ownTempFolder}. */
export default (): Promise<() => Promise<void>> => ownTempFolder(PATIENCE_MS);

/**
 * Creates a temp folder for the run. Returns the teardown, which Vitest calls when all test processes have ended: it fails
 * the run, names each process and file that is left, and keeps the folder so that somebody can look into it.
 *
 * @param patienceMs how long processes and files may take to disappear, in milliseconds
 */
export async function ownTempFolder(patienceMs: number): Promise<() => Promise<void>> {
  const before = process.env.TMPDIR;
  const folder = await mkdtemp(join(tmpdir(), 'mesh-rollout-run-'));
  process.env.TMPDIR = folder;
  return async () => {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    const end = Date.now() + patienceMs;
    let left = await leftovers(folder);
    for (; left.length > 0 && Date.now() < end; left = await leftovers(folder)) await sleep(200);
    if (left.length === 0) return await rm(folder, { recursive: true });
    // Vitest prints what a teardown throws, and would call the run a success all the same.
    process.exitCode = 1;
    throw new Error(`the tests have left behind:\n${left.join('\n')}`);
  };
}
