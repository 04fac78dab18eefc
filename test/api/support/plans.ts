import type { RolloutPlan } from '../../../src/rollout/plan/plan.js';
import type { PlanView } from '../../../src/temporal/reading/plan-view.js';

export const PLAN_ID = '0b0c3c1e-9f4e-4d53-8f0e-6f0a8a1c2d3e';

const common = { planId: PLAN_ID, mesh: 'shop', requestedBy: 'api', startedAt: 1_000 };

/** A plan that is being made. */
export function runningPlan(over: Partial<PlanView> = {}): PlanView {
  return {
    ...common,
    status: 'Running',
    worker: 'answers',
    progress: { step: 'plan', done: 2, total: 4 },
    ...over,
  };
}

/** A plan that is there. */
export function finishedPlan(over: Partial<RolloutPlan> = {}): PlanView {
  return { ...common, finishedAt: 9_000, status: 'Succeeded', plan: rolloutPlan(over) };
}

/** One primary and three remotes, two of which are new. */
function rolloutPlan(over: Partial<RolloutPlan> = {}): RolloutPlan {
  return {
    mesh: 'shop',
    outcome: 'changes',
    release: '1.31',
    revision: 'default',
    istioNamespace: 'istio-system',
    meshID: 'shop',
    network: 'network1',
    primary: 'hub',
    remotes: 3,
    waves: [
      { name: 'canary', clusters: ['eu-1'], clusterCount: 1, approval: 'after', minSuccessTimeMs: 600_000 },
      { name: 'rest', clusters: ['eu-2', 'eu-3'], clusterCount: 2, minSuccessTimeMs: 0 },
    ],
    maxConcurrency: 10,
    maxFailures: 0,
    progressDeadlineMs: 1_800_000,
    accept: [],
    findings: [
      {
        code: 'service-cidr-overlap',
        severity: 'warn',
        cluster: 'eu-1',
        otherCluster: 'eu-2',
        what: 'service CIDR 172.20.0.0/16 of eu-1 overlaps service CIDR 172.20.0.0/16 of eu-2',
        where: 'serviceCIDRs of eu-1, serviceCIDRs of eu-2',
        action: 'Make sure of it.',
        acceptable: true,
      },
    ],
    findingCounts: { block: 0, warn: 1, info: 0 },
    counts: { create: 6, change: 1, label: 2, prune: 1, keep: 40 },
    groups: [
      {
        role: 'primary',
        clusters: ['hub'],
        clusterCount: 1,
        counts: { create: 2, change: 1, label: 0, prune: 1, keep: 40 },
        create: [{ kind: 'Secret', count: 2, names: ['istio-system/istio-remote-secret-eu-2'] }],
        change: [{ kind: 'Deployment', count: 1, names: ['istio-system/istiod'] }],
        label: [],
        prune: [{ kind: 'HorizontalPodAutoscaler', count: 1, names: ['istio-system/istiod'] }],
        problems: [],
        notes: [],
      },
      {
        role: 'remote',
        clusters: ['eu-2', 'eu-3'],
        clusterCount: 2,
        counts: { create: 2, change: 0, label: 1, prune: 0, keep: 0 },
        create: [
          { kind: 'ConfigMap', count: 1, names: ['istio-system/istio'] },
          { kind: 'Namespace', count: 1, names: ['istio-system'] },
        ],
        change: [],
        label: ['default'],
        prune: [],
        problems: [],
        notes: ['1 object was not tried on the API server: namespace istio-system does not exist yet'],
      },
      {
        role: 'remote',
        clusters: ['eu-1'],
        clusterCount: 1,
        counts: { create: 0, change: 0, label: 0, prune: 0, keep: 30 },
        create: [],
        change: [],
        label: [],
        prune: [],
        problems: [],
        notes: [],
      },
    ],
    clustersLeftOut: 0,
    withoutSidecar: [{ cluster: 'eu-2', pods: 5 }],
    podsWithoutSidecar: 5,
    ...over,
  };
}
