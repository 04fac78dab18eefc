import { ApplicationFailure } from '@temporalio/common';
import { failureMessage } from '../src/istio/steps/cluster-failure.js';
import type { FailureDetail } from '../src/rollout/activities.js';
import { asRolloutError } from '../src/rollout/rollout-error.js';

/**
 * The ApplicationFailure that workflows and the Temporal UI see: its type is the code, it is non-retryable exactly when
 * a person is needed, and the message begins with the cluster. It never carries a cause: causes hold headers, hosts
 * and stacks that nobody has looked through for credentials.
 *
 * @param error a RolloutError; anything else is a defect and becomes `internal-error`, which is retried
 * @param facts the cluster, where the error itself names none; for a bad document every problem
 */
export function toFailure(
  error: unknown,
  facts: { cluster?: string | undefined; problems?: FailureDetail['problems'] } = {},
): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  const known = asRolloutError(error);
  const cluster = known.cluster ?? facts.cluster;
  const { code, action, transient } = known;
  const detail: FailureDetail = {
    code,
    action,
    ...(cluster === undefined ? {} : { cluster }),
    ...(facts.problems === undefined ? {} : { problems: facts.problems }),
  };
  return ApplicationFailure.create({
    type: code,
    message: failureMessage(known, cluster),
    nonRetryable: !transient,
    details: [detail],
  });
}
