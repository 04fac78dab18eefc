import { type ActivityInterfaceFor, type ActivityOptions, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../src/rollout/activities.js';

/**
 * How activities are run. Transient failures are retried without end, at most 10 s apart, so that work goes on soon
 * after a target is back; deadlines are the workflow's. Failures that need a person are non-retryable by themselves.
 */
const OPTIONS: ActivityOptions = {
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '10 seconds' },
};

/** The activities; each call names its cluster in a summary: `activities.x.executeWithOptions({ summary }, [input])`. */
export const activities: ActivityInterfaceFor<Activities> = proxyActivities<Activities>(OPTIONS);

/**
 * Options of one call.
 *
 * @param summary what the Temporal UI shows on the activity; names the cluster
 * @param deadlineMs milliseconds for all attempts together; absent = no end
 */
export function callOptions(summary: string, deadlineMs?: number): ActivityOptions {
  return {
    ...OPTIONS,
    summary: summary.slice(0, SUMMARY_LIMIT),
    ...(deadlineMs !== undefined && { scheduleToCloseTimeout: deadlineMs }),
  };
}

/** Temporal shows at most 200 bytes of a summary; names are ASCII. */
const SUMMARY_LIMIT = 180;
