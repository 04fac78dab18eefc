import type { WorkflowExecutionDescription } from '@temporalio/client';
import type { Attempt } from './rollout-view.js';

type PendingActivity = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];
type Timestamp = NonNullable<PendingActivity['scheduledTime']>;

/** `PENDING_ACTIVITY_STATE_STARTED` of Temporal's API. */
const STARTED = 2;
const MESSAGE_LIMIT = 500;

/**
 * Returns the activity that a workflow is running. If there are several, returns the one that has failed most often.
 */
export function attemptOf(description: WorkflowExecutionDescription): Attempt | undefined {
  const pending = [...(description.raw.pendingActivities ?? [])];
  pending.sort((one, other) => (other.attempt ?? 0) - (one.attempt ?? 0));
  return pending[0] && toAttempt(pending[0]);
}

/** Returns the name of a step as users know it: `install-remote` for `installRemote`. */
export function stepNameOf(activity: string): string {
  return activity.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function toAttempt(activity: PendingActivity): Attempt {
  const next = activity.nextAttemptScheduleTime;
  const failure = activity.lastFailure;
  // A timeout has no type; its message says which timeout it was.
  const code = failure?.applicationFailureInfo?.type;
  return {
    activity: stepNameOf(activity.activityType?.name ?? ''),
    attempt: activity.attempt ?? 1,
    state: activity.paused ? 'paused' : activity.state === STARTED ? 'running' : 'waiting',
    ...(failure && {
      lastError: { ...(code && { code }), message: (failure.message ?? '').slice(0, MESSAGE_LIMIT) },
    }),
    ...(next && { nextAttemptAt: millisecondsOf(next) }),
  };
}

function millisecondsOf(time: Timestamp): number {
  return Number(time.seconds?.toString() ?? 0) * 1000 + Math.floor((time.nanos ?? 0) / 1e6);
}
