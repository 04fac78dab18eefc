import { lstat, lutimes, readdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type ProcessIdentity, processState } from './process-identity.js';

/*
 * The lock is the file `lock.<n>` with the highest n. It is a symbolic link that points nowhere: its target is the text
 * that names the holder, so that one system call makes the file and its content, and fails if it exists.
 * n only grows, and the highest file is never removed, only marked as released. So whoever judged `lock.<n>` to be
 * released or dead can do no more than try to make `lock.<n+1>`, and one of them succeeds: there is no moment in which
 * a stale lock's removal could hit the lock of the next holder.
 */
const released = 'released';
const beatMilliseconds = 10_000;
const silentMilliseconds = 5 * 60_000;

const lockPath = (folder: string, generation: number): string => join(folder, `lock.${generation}`);

/** The generation a file of the lock belongs to; 0 for other files. */
const generationOf = (entry: string): number => Number(/^lock\.(\d+)/.exec(entry)?.[1] ?? 0);

async function generations(folder: string): Promise<number[]> {
  const locks = (await readdir(folder)).filter((entry) => /^lock\.\d+$/.test(entry));
  return locks.map(generationOf).sort((a, b) => b - a);
}

/** Removes what is older than the predecessor. That one stays: a listing made during one handover then always shows a file. */
async function sweep(folder: string, generation: number): Promise<void> {
  const isOld = (entry: string): boolean => generationOf(entry) > 0 && generationOf(entry) < generation - 1;
  const old = (await readdir(folder)).filter(isOld);
  await Promise.all(old.map((entry) => rm(join(folder, entry), { force: true })));
}

async function isHeld(path: string, text: string): Promise<ProcessIdentity | undefined> {
  if (text === released) return undefined;
  const holder = JSON.parse(text) as ProcessIdentity;
  const state = await processState(holder);
  if (state !== 'elsewhere') return state === 'alive' ? holder : undefined;
  // Another machine or container shares the cache: only the time of its last sign of life can be seen from here.
  const { mtimeMs } = await lstat(path);
  return Date.now() - mtimeMs < silentMilliseconds ? holder : undefined;
}

/** Who holds the lock now; `next` is the generation to claim when nobody does. */
export async function readLock(folder: string): Promise<{ holder?: ProcessIdentity; next: number }> {
  const [latest = 0] = await generations(folder);
  if (latest === 0) return { next: 1 };
  try {
    const path = lockPath(folder, latest);
    const holder = await isHeld(path, await readlink(path));
    return { ...(holder && { holder }), next: latest + 1 };
  } catch (error) {
    // A newer one came up since the listing, and this one was swept.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return readLock(folder);
    throw error;
  }
}

/** Tries to become the holder with that generation. False when another process was quicker. */
export async function claimLock(
  folder: string,
  generation: number,
  owner: ProcessIdentity,
): Promise<boolean> {
  try {
    await symlink(JSON.stringify(owner), lockPath(folder, generation));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  const [latest] = await generations(folder);
  if (latest === generation) {
    await sweep(folder, generation);
    return true;
  }
  // Claimed after a listing so old that others have come and gone since.
  await rm(lockPath(folder, generation), { force: true });
  return false;
}

/** Shows processes on other machines that the holder lives. Returns the function that ends it. */
export function keepAlive(folder: string, generation: number): () => void {
  const beat = (): void => {
    const now = new Date();
    // Failing to touch the file costs nothing here, and no process of this machine looks at its time.
    lutimes(lockPath(folder, generation), now, now).catch(() => undefined);
  };
  const timer = setInterval(beat, beatMilliseconds).unref();
  return () => clearInterval(timer);
}

/** Gives the lock back, by one rename. */
export async function releaseLock(folder: string, generation: number): Promise<void> {
  const mark = join(folder, `lock.${generation}.${released}`);
  await symlink(released, mark);
  await rename(mark, lockPath(folder, generation));
}
