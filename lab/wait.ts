import { setTimeout as sleep } from 'node:timers/promises';

/** What {@link waitFor} waits for, and how long. */
export interface WaitOptions<T> {
  /** The condition in words; ends the sentence "gave up waiting for …". */
  what: string;
  /** Looks once; `undefined` means "not yet". */
  check: () => Promise<T | undefined>;
  timeoutMilliseconds: number;
  /** Returns whether an error of `check` means "not yet" as well. Any other error ends the wait. @default none does */
  tolerate?: ((error: unknown) => boolean) | undefined;
  /** An error returned here ends the wait at once: what is waited for cannot come any more. */
  hopeless?: () => Promise<Error | undefined>;
  intervalMilliseconds?: number;
}

/**
 * Waits until a condition holds and returns what its check found.
 *
 * @throws an error of the check that is not tolerated; the error of `hopeless`; or, when the wait times out, an Error with
 * the last tolerated error as its cause.
 */
export async function waitFor<T>(options: WaitOptions<T>): Promise<T> {
  const deadline = performance.now() + options.timeoutMilliseconds;
  let lastError: unknown;
  for (;;) {
    try {
      const found = await options.check();
      if (found !== undefined) return found;
    } catch (error) {
      if (!options.tolerate?.(error)) throw error;
      lastError = error;
    }
    const lost = await options.hopeless?.();
    if (lost) throw lost;
    if (performance.now() > deadline) {
      throw new Error(`gave up waiting for ${options.what} after ${options.timeoutMilliseconds} ms`, {
        cause: lastError,
      });
    }
    await sleep(options.intervalMilliseconds ?? 50);
  }
}
