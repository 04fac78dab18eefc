import { mkdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { claimLock, keepAlive, readLock, releaseLock } from './lock-file.js';
import { ownIdentity, type ProcessIdentity } from './process-identity.js';

const pollMilliseconds = 250;

/** How a caller follows the wait for the lock. */
export interface LockOptions {
  /** Called each time another process is seen to hold the lock, four times a second. */
  readonly onWait?: (holder: ProcessIdentity) => void;
  /** Ends the wait; the work itself has to obey its own signal. */
  readonly signal?: AbortSignal | undefined;
}

async function acquire(folder: string, options: LockOptions): Promise<number> {
  const owner = await ownIdentity();
  for (;;) {
    options.signal?.throwIfAborted();
    const { holder, next } = await readLock(folder);
    if (holder === undefined) {
      if (await claimLock(folder, next, owner)) return next;
    } else {
      options.onWait?.(holder);
      // An abort ends the delay; the loop then throws the reason.
      await delay(pollMilliseconds, undefined, { signal: options.signal }).catch(() => undefined);
    }
  }
}

/**
 * Runs `work` while no other process does so for the same folder, which is made if needed. Waits as long as the holder
 * lives; one that died without giving the lock back is succeeded at once (on other machines: after 5 minutes of silence).
 * The lock is given back however `work` ends.
 * @throws the signal's reason when aborted while waiting.
 */
export async function withLock<Result>(
  folder: string,
  work: () => Promise<Result>,
  options: LockOptions = {},
): Promise<Result> {
  await mkdir(folder, { recursive: true });
  const generation = await acquire(folder, options);
  const stopBeating = keepAlive(folder, generation);
  try {
    return await work();
  } finally {
    stopBeating();
    await releaseLock(folder, generation);
  }
}
