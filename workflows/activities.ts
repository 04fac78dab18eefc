import { type ActivityInterfaceFor, type ActivityOptions, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../src/rollout/activities.js';

/**
 * How activities are run. Transient failures are retried without end, at most 10 s apart, so that work continues soon
 * after a target is back; deadlines are the workflow's. Failures that need a person are non-retryable.
 */
const OPTIONS: ActivityOptions = {
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '10 seconds' },
};

/** The activities; each call names its cluster in a summary: `activities.x.executeWithOptions({ summary }, [input])`. */
export const activities: ActivityInterfaceFor<Activities> = proxyActivities<Activities>(OPTIONS);

/**
 * Returns the options of one call.
 *
 * @param summary what the Temporal UI shows on the activity; names the cluster
 * @param deadlineMs milliseconds for all attempts together; absent = no end
 */
export function callOptions(summary: string, deadlineMs?: number): ActivityOptions {
  return {
    ...OPTIONS,
    summary: summary.slice(0, SUMMARY_LIMIT),
    ...(deadlineMs !== undefined && {
      scheduleToCloseTimeout: deadlineMs,
      // An attempt that no worker takes ends the call early, so that the time without workers is not counted.
      scheduleToStartTimeout: Math.min(LONGEST_WAIT_FOR_A_WORKER_MS, Math.max(deadlineMs / 10, 1_000)),
    }),
  };
}

/**
 * Returns the options of an activity that runs for as long as its rollout. It is ahead of the steps of all rollouts in
 * the task queue (docs.temporal.io/develop/task-queue-priority-fairness), and nobody waits for it to obey a cancellation.
 */
export function followOptions(summary: string): ActivityOptions {
  return {
    ...OPTIONS,
    summary: summary.slice(0, SUMMARY_LIMIT),
    startToCloseTimeout: '1 day',
    retry: { initialInterval: '1 second', backoffCoefficient: 1 },
    cancellationType: 'TRY_CANCEL',
    priority: { priorityKey: 1 },
  };
}

/** Temporal shows at most 200 bytes of a summary; names are ASCII. */
const SUMMARY_LIMIT = 180;

const LONGEST_WAIT_FOR_A_WORKER_MS = 180_000;
