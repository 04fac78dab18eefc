import { ApplicationFailure } from '@temporalio/common';
import { cut } from '../src/base/text/cut.js';
import { redact } from '../src/base/text/redact.js';
import type { FailureDetail } from '../src/rollout/activities.js';
import { RolloutError } from '../src/rollout/rollout-error.js';

/** Temporal keeps 4 KB of the last failure of a running activity, and its stack takes some of that. */
const MESSAGE_LIMIT = 2000;

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
  const known = error instanceof RolloutError ? error : internalError(error);
  const cluster = known.cluster ?? facts.cluster;
  const { code, action, transient } = known;
  const detail: FailureDetail = {
    code,
    action,
    ...(cluster === undefined ? {} : { cluster }),
    ...(facts.problems === undefined ? {} : { problems: facts.problems }),
  };
  const message = redact(cluster === undefined ? known.message : `${cluster}: ${known.message}`);
  return ApplicationFailure.create({
    type: code,
    message: cut(message, MESSAGE_LIMIT),
    nonRetryable: !transient,
    details: [detail],
  });
}

function internalError(error: unknown): RolloutError {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new RolloutError('internal-error', message);
}
