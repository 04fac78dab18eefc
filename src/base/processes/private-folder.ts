import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';

const PREFIX = 'mesh-rollout-private-';
/** Containers may share a temp folder, and then number their processes alike. */
const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
const NAME = new RegExp(`^${PREFIX}${HOST}-(\\d+)-(\\d+)-\\w{6}$`);

/**
 * Runs `work` with a new folder that only this user can enter (0700), and removes the folder afterwards, whatever
 * happened.
 *
 * @throws what `work` throws; the error of the file system
 */
export async function inPrivateFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await makePrivateFolder();
  try {
    return await work(folder);
  } finally {
    await removePrivateFolder(folder);
  }
}

/**
 * Makes a folder that only this user can enter (0700) and that lasts until {@link removePrivateFolder}. What processes that
 * were killed have left behind is removed first.
 */
export async function makePrivateFolder(): Promise<string> {
  await sweep();
  const owner = `${HOST}-${process.pid}-${startOf(process.pid) ?? 0}`;
  return await mkdtemp(join(tmpdir(), `${PREFIX}${owner}-`));
}

/** Removes a private folder with everything in it. */
export async function removePrivateFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

/** Removes the folders whose process has ended. */
async function sweep(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const [, pid, start] = NAME.exec(name) ?? [];
    if (pid === undefined || isRunning(Number(pid), Number(start))) continue;
    // Another worker may sweep at the same time, or the folder may belong to another user.
    await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => {});
  }
}

/** Whether the process that started then still runs. Numbers of processes are used again. */
function isRunning(pid: number, start: number): boolean {
  const actual = startOf(pid);
  if (actual !== undefined) return actual === start;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Returns when a process started, in clock ticks since the machine did; undefined where the kernel does not say it or there
 * is no such process (proc(5), /proc/pid/stat, field 22).
 */
function startOf(pid: number): number | undefined {
  try {
    // The name of the program, in parentheses, may hold spaces and parentheses itself.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/s, '').trim().split(' ');
    return Number(fields[19]);
  } catch {
    return undefined;
  }
}
