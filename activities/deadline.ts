import type { Info } from '@temporalio/activity';

/** How much earlier than Temporal an attempt gives up: enough to report why. */
const MARGIN_MS = 5_000;

/**
 * When an attempt that starts now has to be over, in milliseconds since the epoch: a little before its start-to-close
 * timeout, and before what is left of the schedule-to-close timeout. An attempt that gives up by itself leaves its
 * reason in history; one that Temporal times out leaves none.
 * Only differences of the server's times are used, so that its clock may differ from the worker's.
 */
export function deadlineOf(
  info: Pick<
    Info,
    | 'startToCloseTimeoutMs'
    | 'scheduleToCloseTimeoutMs'
    | 'scheduledTimestampMs'
    | 'currentAttemptScheduledTimestampMs'
  >,
  now = Date.now(),
): number {
  const spent = info.currentAttemptScheduledTimestampMs - info.scheduledTimestampMs;
  // 0 stands for a timeout that is not set.
  const limits = [
    info.startToCloseTimeoutMs,
    info.scheduleToCloseTimeoutMs && info.scheduleToCloseTimeoutMs - spent,
  ];
  const left = Math.min(...limits.filter((limit) => limit > 0), LONGEST_MS);
  return now + left - Math.min(MARGIN_MS, left / 10);
}

/** setTimeout takes no more than 2^31 ms; no attempt is meant to last that long. */
const LONGEST_MS = 24 * 3_600_000;
