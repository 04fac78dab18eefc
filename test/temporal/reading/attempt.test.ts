import type { WorkflowExecutionDescription } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import { attemptOf } from '../../../src/temporal/reading/attempt.js';

/** A description with the pending activities that Temporal would tell. */
function pending(...activities: object[]): WorkflowExecutionDescription {
  return { raw: { pendingActivities: activities } } as unknown as WorkflowExecutionDescription;
}

const started = { activityType: { name: 'installRemote' }, state: 2, attempt: 1 };

describe('attemptOf', () => {
  it('is nothing when no activity is pending', () => {
    expect(attemptOf(pending())).toBeUndefined();
  });

  it('calls the activity by the name of its step', () => {
    expect(attemptOf(pending(started))).toEqual({ activity: 'install-remote', attempt: 1, state: 'running' });
  });

  it('tells why the last try failed and when the next one starts', () => {
    const lastFailure = { message: 'refused', applicationFailureInfo: { type: 'api-unavailable' } };
    const nextAttemptScheduleTime = { seconds: { toString: () => '1700000000' }, nanos: 250_000_000 };
    expect(
      attemptOf(pending({ ...started, state: 1, attempt: 4, lastFailure, nextAttemptScheduleTime })),
    ).toEqual({
      activity: 'install-remote',
      attempt: 4,
      state: 'waiting',
      lastError: { code: 'api-unavailable', message: 'refused' },
      nextAttemptAt: 1_700_000_000_250,
    });
  });

  it('has no code for a timeout, and cuts a message that goes on and on', () => {
    const lastFailure = { message: 'x'.repeat(5_000), timeoutFailureInfo: {} };
    const lastError = attemptOf(pending({ ...started, lastFailure }))?.lastError;
    expect(lastError).toEqual({ message: 'x'.repeat(500) });
  });

  it('says when someone paused it in Temporal', () => {
    expect(attemptOf(pending({ ...started, paused: true }))?.state).toBe('paused');
  });

  it('takes the one that has failed most often', () => {
    expect(attemptOf(pending(started, { ...started, attempt: 7 }))?.attempt).toBe(7);
  });
});
