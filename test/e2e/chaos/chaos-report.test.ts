import { describe, expect, it } from 'vitest';
import type { RolloutView } from '../../../src/temporal/reading/rollout-view.js';
import type { Outcome } from './chaos.js';
import { describeReport, hasMovedLate } from './chaos-report.js';

const PLAN = { seed: 7, maxConcurrency: 2, disturbances: [] };
const LAST_LOOK_AT = 50_000;
const ROLLOUT = {
  startedAt: 10_000,
  finishedAt: 61_400,
  steps: [{ step: 'refresh-endpoints', status: 'Succeeded', attempts: 0, startedAt: LAST_LOOK_AT }],
} as unknown as RolloutView;

function outcome(target: Outcome['target'], killedAt?: number): Outcome {
  const disturbance = { target, point: 'started', delayMs: 0, downForMs: 0 } as const;
  if (killedAt === undefined) return disturbance;
  return { ...disturbance, killedAt, restoredAt: killedAt + 2_500, during: 'validate' };
}

describe('the row of a seed', () => {
  it('has what was killed, in the order of time, and how long the rollout took', () => {
    const outcomes = [outcome('istiod-pod'), outcome('hub', 14_000), outcome('worker', 11_200)];
    expect(describeReport(PLAN, { rollout: ROLLOUT, outcomes, parked: [], formerAddresses: [] })).toBe(
      '| 7 | 2, 30m | worker 1.2 s + 2.5 s (validate); hub 4.0 s + 2.5 s (validate); istiod-pod not any more | at once | 51 s |',
    );
  });

  it('has what parked, with its code', () => {
    const code = 'progress-deadline-exceeded';
    const parked = (cluster: string, target: 'hub' | 'r1', step: string) => ({
      ...{ cluster, target, step, code },
      message: 'no answer',
    });
    const hub = parked('mesh-hub', 'hub', 'deploy-primary');
    const report = { rollout: ROLLOUT, outcomes: [], formerAddresses: [] };
    const all = [hub, parked('mesh-r1', 'r1', 'install-remote'), hub];
    expect(describeReport({ ...PLAN, progressDeadline: '25s' }, { ...report, parked: all })).toBe(
      `| 7 | 2, 25s |  | after retry: hub at deploy-primary, ${code} (2 times); r1 at install-remote, ${code} | 51 s |`,
    );
  });
});

describe('istiod has moved late', () => {
  it.each([
    ['when its Pod was deleted after the last look', 'istiod-pod', LAST_LOOK_AT, true],
    ['not when it was deleted before', 'istiod-pod', LAST_LOOK_AT - 1, false],
    ['not when only its process was killed', 'istiod-process', LAST_LOOK_AT, false],
    ['not when nothing was killed any more', 'istiod-pod', undefined, false],
  ] as const)('%s', (_, target, killedAt, expected) => {
    expect(hasMovedLate({ rollout: ROLLOUT, outcomes: [outcome(target, killedAt)] })).toBe(expected);
  });
});
