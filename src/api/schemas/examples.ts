import type { PlanView, StartedPlan } from '../../temporal/reading/plan-view.js';
import type { RolloutView } from '../../temporal/reading/rollout-view.js';
import type { StartedRollout } from '../../temporal/starting/start-rollout.js';

/** Examples of larger requests and responses, for OpenAPI. Small ones are beside their schemas. */

const ROLLOUT_ID = '0199a7c2-5d0e-7c3b-9a44-2f1f6d1c7a10';
const STARTED_AT = Date.UTC(2026, 10, 22, 9, 30);

/** The body of `POST /v1/rollouts`. */
export const DOCUMENT_EXAMPLE = {
  mesh: 'shop',
  release: '1.31',
  primary: { cluster: 'hub' },
  remotes: [{ cluster: 'eu-1' }, { selector: { tier: 'prod' } }],
  namespaces: [{ name: 'default', injection: 'enabled' }],
  strategy: {
    waves: [
      { name: 'canary', clusters: ['eu-1'], approval: 'after', minSuccessTime: '10m' },
      { name: 'rest' },
    ],
    maxConcurrency: 10,
    maxFailures: '5%',
  },
} as const;

/** The response to it. */
export const STARTED_EXAMPLE: StartedRollout = {
  mesh: 'shop',
  rolloutId: ROLLOUT_ID,
  workflowId: 'mesh/shop',
};

/** A running rollout: the primary is done, one remote is at a step, another waits for a person. */
export const ROLLOUT_EXAMPLE: RolloutView = {
  mesh: 'shop',
  rolloutId: ROLLOUT_ID,
  workflowId: 'mesh/shop',
  execution: 'RUNNING',
  worker: 'answers',
  release: '1.31',
  requestedBy: 'alice',
  status: 'Running',
  startedAt: STARTED_AT,
  steps: [
    {
      step: 'resolve',
      status: 'Succeeded',
      attempts: 1,
      startedAt: STARTED_AT,
      finishedAt: STARTED_AT + 200,
      message: 'remotes: 2, waves: 2',
    },
  ],
  waves: [
    { name: 'canary', status: 'Running', clusters: ['eu-1'] },
    { name: 'rest', status: 'Pending', clusters: ['eu-2'] },
  ],
  clusters: [
    {
      cluster: 'hub',
      role: 'primary',
      status: 'Succeeded',
      startedAt: STARTED_AT + 1_000,
      finishedAt: STARTED_AT + 12_000,
      changed: 37,
    },
    {
      cluster: 'eu-1',
      role: 'remote',
      wave: 'canary',
      status: 'Running',
      step: 'install-remote',
      startedAt: STARTED_AT + 12_000,
      changed: 2,
      attempt: {
        activity: 'install-remote',
        attempt: 2,
        state: 'waiting',
        lastError: { code: 'api-unavailable', message: 'eu-1: the API server refuses connections' },
        nextAttemptAt: STARTED_AT + 21_000,
      },
    },
    {
      cluster: 'eu-2',
      role: 'remote',
      wave: 'rest',
      status: 'NeedsAttention',
      changed: 0,
      attention: {
        code: 'permission-missing',
        message: 'eu-2: the credentials may not create secrets in istio-system',
        action: 'Grant the permission to the identity of the kubeconfig, then retry the cluster.',
      },
    },
  ],
  findings: [
    {
      code: 'service-cidr-overlap',
      severity: 'warn',
      cluster: 'eu-1',
      otherCluster: 'eu-2',
      what: '10.96.0.0/16 of eu-1 overlaps 10.96.0.0/16 of eu-2',
      where: 'service CIDRs',
      action:
        'Check that nothing addresses a Service of the other cluster by its ClusterIP, then accept the finding.',
    },
  ],
  audit: [
    { at: STARTED_AT + 5_000, by: 'alice', via: 'api', action: 'retry', target: 'eu-2', reason: 'granted' },
  ],
  changed: 39,
};

const PLAN_ID = '0b6a1c3e-6f0e-4a53-9c3d-1d2f3a4b5c6d';

/** The response to `POST /v1/plans`. */
export const PLAN_STARTED_EXAMPLE: StartedPlan = {
  planId: PLAN_ID,
  mesh: 'shop',
  workflowId: `plan/${PLAN_ID}`,
};

const COUNTS = { create: 0, change: 1, label: 1, prune: 1, keep: 21 };

/** A plan: in two remotes it labels a namespace, changes one object and prunes another. */
export const PLAN_EXAMPLE: PlanView = {
  planId: PLAN_ID,
  mesh: 'shop',
  requestedBy: 'alice',
  startedAt: STARTED_AT,
  finishedAt: STARTED_AT + 4_000,
  status: 'Succeeded',
  plan: {
    mesh: 'shop',
    outcome: 'changes',
    release: '1.31',
    revision: 'default',
    istioNamespace: 'istio-system',
    meshID: 'shop',
    network: 'network1',
    primary: 'hub',
    remotes: 2,
    waves: [{ name: 'rest', clusters: ['eu-1', 'eu-2'], clusterCount: 2, minSuccessTimeMs: 0 }],
    maxConcurrency: 10,
    maxFailures: 0,
    progressDeadlineMs: 1_800_000,
    accept: [],
    findings: [],
    findingCounts: { block: 0, warn: 0, info: 0 },
    counts: COUNTS,
    groups: [
      {
        role: 'remote',
        clusters: ['eu-1', 'eu-2'],
        clusterCount: 2,
        counts: COUNTS,
        create: [],
        change: [{ kind: 'ConfigMap', count: 1, names: ['istio-system/values'] }],
        label: ['default'],
        prune: [{ kind: 'ClusterRole', count: 1, names: ['istiod-gateway-controller-istio-system'] }],
        problems: [],
        notes: [],
      },
    ],
    clustersLeftOut: 0,
    withoutSidecar: [{ cluster: 'eu-1', pods: 3 }],
    podsWithoutSidecar: 3,
  },
};
