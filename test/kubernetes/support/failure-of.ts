import type { ClusterError } from '../../../src/kubernetes/errors/cluster-error.js';
import { RolloutError } from '../../../src/rollout/rollout-error.js';

/** The RolloutError with which a promise fails. */
export async function failureOf(promise: Promise<unknown>): Promise<ClusterError | RolloutError> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('error' in outcome && outcome.error instanceof RolloutError) return outcome.error;
  throw new Error(`no RolloutError: ${JSON.stringify(outcome)}`, {
    cause: 'error' in outcome ? outcome.error : undefined,
  });
}
