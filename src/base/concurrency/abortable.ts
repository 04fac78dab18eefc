import { setMaxListeners } from 'node:events';

/**
 * Returns the promise's result. Throws the signal's reason as soon as it aborts; the promise then continues, and its
 * result is dropped.
 */
export async function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  // Nobody handles a promise that fails after the abort.
  promise.catch(() => {});
  signal.throwIfAborted();
  // One activity's signal serves many requests at once; Node warns of a leak above ten listeners.
  setMaxListeners(0, signal);
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
  }
}
