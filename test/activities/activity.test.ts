import { setTimeout as sleep } from 'node:timers/promises';
import { CancelledFailure } from '@temporalio/activity';
import { ActivityCancellationDetails, ApplicationFailure } from '@temporalio/common';
import type { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, test, vi } from 'vitest';
import { defineActivity, defineStep } from '../../activities/activity.js';
import type { StepContext } from '../../src/istio/steps/step-context.js';
import { RolloutError } from '../../src/rollout/rollout-error.js';
import { activityEnvironment } from './support.js';

/** Waits for the signal as a library does: with an AbortError of its own. */
const untilAborted = (step: StepContext) => sleep(60_000, undefined, { signal: step.signal });

async function failureOf(running: Promise<unknown>): Promise<unknown> {
  return running.then(
    (value) => Promise.reject(new Error(`succeeded with ${JSON.stringify(value)}`)),
    (error: unknown) => error,
  );
}

describe('failures', () => {
  test('a RolloutError becomes an ApplicationFailure of its code, with the cluster first, and without its cause', async () => {
    const activity = defineActivity(async () => {
      throw new RolloutError('permission-denied', 'may not list nodes', {
        cluster: 'eu-1',
        action: 'Grant it.',
        cause: new Error('with headers'),
      });
    });
    const failure = await failureOf(activityEnvironment().run(activity, {}));
    expect(failure).toBeInstanceOf(ApplicationFailure);
    expect(failure).toMatchObject({
      type: 'permission-denied',
      nonRetryable: true,
      message: 'eu-1: may not list nodes',
      details: [{ code: 'permission-denied', cluster: 'eu-1', action: 'Grant it.' }],
    });
    expect((failure as Error).cause).toBeUndefined();
  });

  test('a transient one is retried', async () => {
    const activity = defineActivity(async () => {
      throw new RolloutError('api-unavailable', 'refuses connections', { cluster: 'eu-1' });
    });
    expect(await failureOf(activityEnvironment().run(activity, {}))).toMatchObject({
      nonRetryable: false,
    });
  });

  test('anything else is internal-error, retried, with nothing secret in it', async () => {
    const activity = defineActivity(async () => {
      throw new TypeError('cannot read Bearer abcdefghijklmnopqrstuvwxyz');
    });
    expect(await failureOf(activityEnvironment().run(activity, {}))).toMatchObject({
      type: 'internal-error',
      nonRetryable: false,
      message: 'TypeError: cannot read Bearer [redacted]',
      cause: undefined,
    });
  });

  test('the failure of a step names its cluster, the primary where the step has no other', async () => {
    const step = defineStep(async () => {
      throw new RolloutError('render-failed', 'istioctl ended with status 1');
    });
    const run = (input: { primary: string; cluster?: string }) =>
      failureOf(activityEnvironment().run(step, input));
    expect(await run({ primary: 'hub', cluster: 'eu-1' })).toMatchObject({ message: /^eu-1: / });
    expect(await run({ primary: 'hub' })).toMatchObject({ details: [{ cluster: 'hub' }] });
  });
});

describe('cancellation', () => {
  test('leaves as a CancelledFailure, also where a library threw an AbortError', async () => {
    const environment = activityEnvironment();
    const running = environment.run(
      defineActivity(async (_: object, step) => untilAborted(step)),
      {},
    );
    environment.cancel('CANCELLED');
    expect(await failureOf(running)).toBeInstanceOf(CancelledFailure);
  });

  test('the signal aborts with the reason that Temporal gives', async () => {
    const environment = activityEnvironment();
    const seen: unknown[] = [];
    const activity = defineActivity(async (_: object, step) => {
      await untilAborted(step).catch(() => seen.push(step.signal.reason));
      step.signal.throwIfAborted();
    });
    const running = environment.run(activity, {});
    environment.cancel('WORKER_SHUTDOWN');
    await failureOf(running);
    expect(seen[0]).toBeInstanceOf(CancelledFailure);
  });

  test('an activity that gets done all the same has its result', async () => {
    const environment = activityEnvironment();
    const running = environment.run(
      defineActivity(async (_: object, step) => untilAborted(step).catch(() => 'done')),
      {},
    );
    environment.cancel();
    expect(await running).toBe('done');
  });
});

describe('what is not proven', () => {
  /** Runs an activity whose time is up, or that is cancelled, and that takes back what it did; returns whether it could. */
  async function takenBack(environment: MockActivityEnvironment, interrupt = () => {}): Promise<boolean> {
    let isTakenBack = false;
    const activity = defineActivity(async (_: object, step) => {
      const running = untilAborted(step);
      interrupt();
      await running.catch(() => {});
      await step.takeBack(async (signal) => {
        signal.throwIfAborted();
        isTakenBack = true;
      });
    });
    await environment.run(activity, {}).catch(() => {});
    return isTakenBack;
  }

  test('is taken back when the time of the attempt is up', async () => {
    expect(await takenBack(activityEnvironment({ startToCloseTimeoutMs: 100 }))).toBe(true);
  });

  test('is taken back when the step is cancelled', async () => {
    const environment = activityEnvironment();
    expect(await takenBack(environment, () => environment.cancel('CANCELLED'))).toBe(true);
  });

  test('is left to the attempt that Temporal has begun meanwhile', async () => {
    const environment = activityEnvironment();
    const details = new ActivityCancellationDetails({ notFound: true });
    expect(await takenBack(environment, () => environment.cancel('NOT_FOUND', details))).toBe(false);
  });

  test('may fail: the reason of the attempt is what is told', async () => {
    const activity = defineActivity(async (_: object, step) => {
      await step.takeBack(() => Promise.reject(new Error('the API server is gone')));
      throw new RolloutError('injection-missing', 'no sidecar');
    });
    expect(await failureOf(activityEnvironment().run(activity, {}))).toMatchObject({
      type: 'injection-missing',
    });
  });
});

describe('heartbeats', () => {
  test('are sent by themselves, with the last words', async () => {
    const environment = activityEnvironment({ heartbeatTimeoutMs: 60 });
    const beats: unknown[] = [];
    environment.on('heartbeat', (details) => beats.push(details));
    const activity = defineActivity(async (_: object, step) => {
      step.heartbeat('applies 24 objects');
      await vi.waitFor(() => expect(beats.length).toBeGreaterThan(4), { timeout: 10_000 });
    });
    await environment.run(activity, {});
    expect(beats).toEqual(beats.map(() => ({ detail: 'applies 24 objects' })));
    const before = beats.length;
    await sleep(100);
    expect(beats).toHaveLength(before);
  });

  test('keep no credentials of what a cluster says, and are short', async () => {
    const environment = activityEnvironment({ heartbeatTimeoutMs: 60 });
    const beats: unknown[] = [];
    environment.on('heartbeat', (details) => beats.push(details));
    const activity = defineActivity(async (_: object, step) => {
      step.heartbeat(`pull of image failed: Bearer abcdefghijklmnopqrstuvwxyz ${'again '.repeat(1_000)}`);
      await vi.waitFor(() => expect(beats.length).toBeGreaterThan(1));
    });
    await environment.run(activity, {});
    expect(JSON.stringify(beats[0])).toContain('Bearer [redacted] again');
    expect(JSON.stringify(beats[0]).length).toBeLessThan(1_100);
  });

  test('are not worth a write of Temporal in an activity that is over at once', async () => {
    const environment = activityEnvironment({ heartbeatTimeoutMs: 10_000 });
    const beats: unknown[] = [];
    environment.on('heartbeat', (details) => beats.push(details));
    const activity = defineActivity(async (_: object, step) => step.heartbeat('reads one object'));
    await environment.run(activity, {});
    expect(beats).toEqual([]);
  });

  test('without a heartbeat timeout there are none', async () => {
    const environment = activityEnvironment({ heartbeatTimeoutMs: 0 });
    const beats: unknown[] = [];
    environment.on('heartbeat', (details) => beats.push(details));
    await environment.run(
      defineActivity(async (_: object, step) => step.heartbeat('x')),
      {},
    );
    expect(beats).toEqual([]);
  });
});

test('an attempt gives up a little before its timeout, and says what it was at', async () => {
  const environment = activityEnvironment({ startToCloseTimeoutMs: 100 });
  const activity = defineActivity(async (_: object, step) => {
    step.heartbeat('waits for istiod');
    await untilAborted(step);
  });
  expect(await failureOf(environment.run(activity, {}))).toMatchObject({
    type: 'api-unavailable',
    nonRetryable: false,
    message: 'not done within 0 s; the last thing was: waits for istiod',
  });
});

test('a step tells how many attempts it took', async () => {
  const step = defineStep(async () => ({ changed: 0, objects: 1, summary: 'all as it was' }));
  const result = await activityEnvironment({ attempt: 3 }).run(step, { primary: 'hub' });
  expect(result).toEqual({ changed: 0, objects: 1, summary: 'all as it was', attempts: 3 });
});
