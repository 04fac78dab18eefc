import { expect, test } from 'vitest';
import { deadlineOf } from '../../activities/deadline.js';

const HOUR = 3_600_000;
const info = {
  startToCloseTimeoutMs: 300_000,
  scheduleToCloseTimeoutMs: 0,
  scheduledTimestampMs: 0,
  currentAttemptScheduledTimestampMs: 0,
};

test.each([
  ['5 s before the start-to-close timeout', {}, 295_000],
  ['a tenth before a short one', { startToCloseTimeoutMs: 1_000 }, 900],
  [
    'before what earlier attempts left of the schedule-to-close timeout',
    { scheduleToCloseTimeoutMs: HOUR, currentAttemptScheduledTimestampMs: HOUR - 60_000 },
    55_000,
  ],
  ['not after the start-to-close timeout where more is left', { scheduleToCloseTimeoutMs: HOUR }, 295_000],
  [
    'at the start-to-close timeout where nothing is left',
    { scheduleToCloseTimeoutMs: 10, currentAttemptScheduledTimestampMs: 20 },
    295_000,
  ],
  ['within a day where there is no timeout', { startToCloseTimeoutMs: 0 }, 24 * HOUR - 5_000],
])('%s', (_, more, expected) => {
  expect(deadlineOf({ ...info, ...more }, 1_000_000)).toBe(1_000_000 + expected);
});

test("the server's clock may be years away from the worker's", () => {
  const now = Date.UTC(2026, 0);
  const server = {
    scheduledTimestampMs: Date.UTC(2020, 0),
    currentAttemptScheduledTimestampMs: Date.UTC(2020, 0),
  };
  expect(deadlineOf({ ...info, ...server, scheduleToCloseTimeoutMs: HOUR }, now)).toBe(now + 295_000);
});
