import { pause } from '../../base/concurrency/pause.js';
import { RolloutError } from '../../rollout/rollout-error.js';
import type { StepContext } from './step-context.js';

/** How long one attempt waits: the reason why it is not so yet becomes visible as the attempt's failure. */
const SLICE_MS = 60_000;
const INTERVAL_MS = 1_000;
/** Who asks often at first asks an istiod that is busy with hundreds of clusters less and less often. */
const GROWTH = 1.5;
/** Time for the last look, so that it ends with a reason and not with the attempt. */
const LAST_LOOK_MS = 1_000;

/**
 * Asks again and again until `check` gives a value. "Not yet" is a transient RolloutError that says why; when this
 * attempt's slice of time is over, the last one is thrown, and Temporal starts the next attempt. Errors that need a
 * person are thrown at once, and so is `api-unavailable`: a cluster that does not answer is retried with Temporal's
 * growing intervals.
 *
 * @throws the last "not yet"; what else `check` throws; the signal's reason
 */
export async function waitUntil<T>(
  step: Pick<StepContext, 'signal' | 'deadline' | 'heartbeat'>,
  check: () => Promise<T>,
  options: { readonly sliceMs?: number; readonly intervalMs?: number } = {},
): Promise<T> {
  const end = Math.min(step.deadline - LAST_LOOK_MS, Date.now() + (options.sliceMs ?? SLICE_MS));
  let intervalMs = options.intervalMs ?? INTERVAL_MS;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      step.signal.throwIfAborted();
      const isNotYet = error instanceof RolloutError && error.transient && error.code !== 'api-unavailable';
      if (!isNotYet || Date.now() + intervalMs >= end) throw error;
      step.heartbeat(error.message);
    }
    await pause(intervalMs, step.signal);
    intervalMs = Math.min(intervalMs * GROWTH, INTERVAL_MS);
  }
}
