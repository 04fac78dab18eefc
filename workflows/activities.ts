import { type ActivityInterfaceFor, type ActivityOptions, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../src/rollout/activities.js';

/**
 * The options of activities. Transient failures are retried forever, at most 10 s apart, so that work continues soon
 * after a target recovers. The workflow sets the deadlines. Failures that need a person are non-retryable.
 */
const OPTIONS: ActivityOptions = {
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '10 seconds' },
};

/**
 * The activities. Each call names its cluster in a summary: `activities.x.executeWithOptions({ summary }, [input])`.
 */
export const activities: ActivityInterfaceFor<Activities> = proxyActivities<Activities>(OPTIONS);

/**
 * Returns the options of one call.
 *
 * @param summary the text that the Temporal UI shows on the activity; it names the cluster
 * @param deadlineMs limit for all attempts together, in milliseconds; absent = no limit
 */
export function callOptions(summary: string, deadlineMs?: number): ActivityOptions {
  return {
    ...OPTIONS,
    summary: summary.slice(0, SUMMARY_LIMIT),
    ...(deadlineMs !== undefined && {
      scheduleToCloseTimeout: deadlineMs,
      // An attempt that no worker takes ends the call early, so that time without workers does not count.
      scheduleToStartTimeout: Math.min(LONGEST_WAIT_FOR_A_WORKER_MS, Math.max(deadlineMs / 10, 1_000)),
    }),
  };
}

/**
 * Returns the options of an activity that runs for as long as its rollout. It has priority over the steps of all
 * rollouts in the task queue (docs.temporal.io/develop/task-queue-priority-fairness), and a cancellation does not
 * wait for it.
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
