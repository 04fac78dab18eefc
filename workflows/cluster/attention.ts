import { RetryState, TimeoutType } from '@temporalio/common';
import { ActivityFailure, ApplicationFailure, isCancellation, TimeoutFailure } from '@temporalio/workflow';
import type { FailureDetail } from '../../src/rollout/activities.js';
import { ERRORS } from '../../src/rollout/codes.js';
import type { Attention } from '../../src/rollout/progress/progress.js';

/**
 * Returns what a person reads when an activity has failed for good. Rethrows everything else: cancellation, and
 * errors of the workflow's own code, which must fail the workflow task instead of parking the cluster.
 */
export function attentionOf(error: unknown): Attention {
  if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
  const cause = error.cause;
  const last = cause instanceof TimeoutFailure ? cause.cause : cause;
  if (error.retryState === RetryState.TIMEOUT || cause instanceof TimeoutFailure) {
    const { action } = ERRORS['progress-deadline-exceeded'];
    const reason = last?.message ?? cause?.message ?? 'no attempt finished';
    return {
      code: 'progress-deadline-exceeded',
      message: `Not completed within progressDeadline. Last error: ${reason}`,
      action,
    };
  }
  const detail =
    last instanceof ApplicationFailure ? (last.details?.[0] as FailureDetail | undefined) : undefined;
  return {
    code: detail?.code ?? 'internal-error',
    message: last?.message ?? error.message,
    action: detail?.action ?? ERRORS['internal-error'].action,
  };
}

/** Returns whether an activity ended because no worker took an attempt in time. It may be scheduled again. */
export function nobodyTookIt(error: unknown): boolean {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  return cause instanceof TimeoutFailure && cause.timeoutType === TimeoutType.SCHEDULE_TO_START;
}
