import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Folders for what a tool reads and writes: its home, a kubeconfig, values. Nobody else can look into one. Its name tells
 * the host and the process that has made it, so that those of a killed worker are found.
 */
const PREFIX = `mesh-rollout-helm-${hostname().replaceAll(/[^A-Za-z0-9]/g, '')}-`;

/** Of this process, and still in use. */
const own = new Set<string>();
/** Once a process: what killed workers have left. */
let swept: Promise<void> | undefined;

/** Runs `work` with a private folder of its own, and removes the folder afterwards, whatever happened. */
export async function withPrivateFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await makePrivateFolder();
  try {
    return await work(folder);
  } finally {
    await removePrivateFolder(folder);
  }
}

/** Makes a private folder that lasts until {@link removePrivateFolder}; that of a killed process goes with the next sweep. */
export async function makePrivateFolder(): Promise<string> {
  swept ??= sweepPrivateFolders();
  await swept;
  // mkdtemp makes folders with mode 0700.
  const folder = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  own.add(folder);
  return folder;
}

/** Removes a private folder with everything in it. */
export async function removePrivateFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  own.delete(folder);
}

/**
 * Removes the private folders of processes of this host that have ended. One of this very process that it does not know
 * was made by an earlier process with the same number, as in a container that was started again.
 */
export async function sweepPrivateFolders(): Promise<void> {
  const names = await readdir(tmpdir()).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(PREFIX)) continue;
    const folder = join(tmpdir(), name);
    const pid = Number.parseInt(name.slice(PREFIX.length), 10);
    const isInUse = pid === process.pid ? own.has(folder) : isRunning(pid);
    if (!isInUse) await rm(folder, { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  if (Number.isNaN(pid)) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs as somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
