import { access, rm } from 'node:fs/promises';
import type { SavedStatus } from './state-file.js';
import { processStarted, processState } from './tools/lock/process-identity.js';
import { waitFor } from './wait.js';

/**
 * Ends a lab that another process runs or ran, and returns when its processes and its directory are gone.
 *
 * The owner gets SIGTERM, and SIGKILL after 20 s; the reaper does the rest. Where the reaper died too, the children are
 * killed here, each only if it is still the process that `lab.json` names.
 *
 * @throws Error when the lab runs on another machine or in another container.
 */
export async function endLab(saved: SavedStatus): Promise<void> {
  const { owner, directory } = saved;
  const state = await processState(owner);
  if (state === 'elsewhere') throw new Error(elsewhere(saved));
  if (state === 'alive') {
    process.kill(owner.pid, 'SIGTERM');
    const ended = () => until('the lab to end', async () => (await processState(owner)) === 'dead', 20_000);
    await ended().catch(async () => {
      process.kill(owner.pid, 'SIGKILL');
      await ended();
    });
  }
  const reaped = until('the reaper', async () => !(await exists(directory)), 5_000);
  await reaped.catch(() => reap(saved));
}

/** Says that nobody here can tell whether the lab lives. */
function elsewhere({ owner, directory, socketDirectory }: SavedStatus): string {
  const remove = `${directory} and ${socketDirectory}`;
  return `the lab in ${directory} runs on ${owner.host}, perhaps in another container: end it there. If that machine or container is gone, remove ${remove}`;
}

async function reap({ processes, directory, socketDirectory }: SavedStatus): Promise<void> {
  for (const { pid, started } of processes) {
    if ((await processStarted(pid)) === started) process.kill(-pid, 'SIGKILL');
  }
  await rm(socketDirectory, { recursive: true, force: true });
  await rm(directory, { recursive: true, force: true, maxRetries: 10 });
}

async function until(
  what: string,
  check: () => Promise<boolean>,
  timeoutMilliseconds: number,
): Promise<void> {
  await waitFor({ what, check: async () => (await check()) || undefined, timeoutMilliseconds });
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
