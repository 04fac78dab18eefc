import { describe, expect, it } from 'vitest';
import type { LabCluster } from '../../../lab/lab.js';
import type { Status } from '../../../src/rollout/steps.js';
import type { ClusterView } from '../../../src/temporal/reading/rollout-view.js';
import type { ChaosPlan } from '../chaos/chaos-plan.js';
import { mayPark, parkedIn } from './may-park.js';

const PLAN: ChaosPlan = {
  seed: 0,
  maxConcurrency: 1,
  disturbances: [{ target: 'r2', point: 'started', delayMs: 0, downForMs: 0 }],
};
const SHORT = { ...PLAN, progressDeadline: '25s' };

describe('what waits for a person', () => {
  const named = (name: string) => ({ name }) as LabCluster;
  const fleet = { primary: named('mesh-hub'), remotes: [named('mesh-r1'), named('mesh-r2')] };
  const attention = { code: 'cluster-unreachable', message: 'no answer', action: 'wait' };
  const { action: _, ...why } = attention;
  const steps = (lastPass: Status) => [{ step: 'refresh-endpoints', status: lastPass, attempts: 0 } as const];
  const remote = (name: string, over: object) =>
    ({ cluster: name, role: 'remote', status: 'Running', changed: 0, ...over }) as ClusterView;

  it('is the whole rollout, by its primary', () => {
    const parked = parkedIn(fleet, { attention, steps: steps('Pending'), clusters: [] });
    expect(parked).toEqual([{ cluster: 'mesh-hub', target: 'hub', step: 'validate', ...why }]);
  });

  it('is a cluster in NeedsAttention at its step, and none that only shows its last error', () => {
    const clusters = [
      remote('mesh-r1', { attention }),
      remote('mesh-r2', { attention, status: 'NeedsAttention', step: 'install-remote' }),
    ];
    const parked = { cluster: 'mesh-r2', target: 'r2', ...why };
    expect(parkedIn(fleet, { steps: steps('Pending'), clusters })).toEqual([
      { ...parked, step: 'install-remote' },
    ]);
    expect(parkedIn(fleet, { steps: steps('Running'), clusters })).toEqual([
      { ...parked, step: 'refresh-endpoints' },
    ]);
  });
});

describe('a plan explains', () => {
  it.each([
    [SHORT, 'r1', 'activate-injection', 'progress-deadline-exceeded'],
    [SHORT, 'r1', 'refresh-endpoints', 'no-ready-endpoint'],
    [PLAN, 'r2', 'validate', 'cluster-unreachable'],
  ] as const)('%#: why %s of %s parks', (plan, target, step, code) => {
    expect(mayPark(plan, { target, step, code })).toBe(true);
  });
});

describe('a plan does not explain', () => {
  it.each([
    [PLAN, 'r1', 'activate-injection', 'progress-deadline-exceeded'],
    [PLAN, 'r1', 'validate', 'cluster-unreachable'],
    [SHORT, 'r1', 'install-remote', 'no-ready-endpoint'],
    [SHORT, 'r2', 'register-remote', 'remote-secret-refused'],
    [SHORT, 'hub', 'deploy-primary', 'permission-denied'],
    [SHORT, 'r2', 'install-remote', 'internal-error'],
  ] as const)('%#', (plan, target, step, code) => {
    expect(mayPark(plan, { target, step, code })).toBe(false);
  });
});
