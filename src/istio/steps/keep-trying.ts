import { pause } from '../../base/concurrency/pause.js';
import { RolloutError } from '../../rollout/rollout-error.js';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Does something again, at growing intervals, while it fails for a passing reason.
 *
 * @param giveUpAt milliseconds since the epoch: no further try begins after it
 * @throws the last failure; a failure that needs a person at once; the signal's reason
 */
export async function keepTrying<T>(
  giveUpAt: number,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      const isPassing = error instanceof RolloutError && error.transient;
      if (!isPassing || Date.now() + pauseMs > giveUpAt) throw error;
    }
    await pause(pauseMs, signal);
  }
}
