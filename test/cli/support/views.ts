import type { ClusterView, RolloutView } from '../../../src/temporal/reading/rollout-view.js';

/** A rollout that started at the epoch, with one remote in each state that looks different. */
export function rollout(changes: Partial<RolloutView> = {}): RolloutView {
  return {
    mesh: 'shop',
    rolloutId: 'run-1',
    workflowId: 'mesh/shop',
    execution: 'RUNNING',
    worker: 'answers',
    release: '1.31',
    requestedBy: 'alice',
    status: 'Running',
    startedAt: 0,
    steps: [
      { step: 'resolve', status: 'Succeeded', attempts: 1 },
      { step: 'validate', status: 'Succeeded', attempts: 1 },
    ],
    waves: [{ name: 'rest', status: 'Running', clusters: [] }],
    clusters: [primary(), attached('eu-1'), retrying('eu-2'), parked('eu-3'), pending('eu-4')],
    findings: [],
    audit: [],
    changed: 84,
    ...changes,
  };
}

/** The same rollout when all is done. */
export function finished(changes: Partial<RolloutView> = {}): RolloutView {
  return rollout({
    status: 'Succeeded',
    execution: 'COMPLETED',
    finishedAt: 90_000,
    waves: [{ name: 'rest', status: 'Succeeded', clusters: [] }],
    clusters: [primary(), attached('eu-1'), attached('eu-2')],
    ...changes,
  });
}

export function primary(): ClusterView {
  return {
    cluster: 'hub',
    role: 'primary',
    status: 'Succeeded',
    startedAt: 1_000,
    finishedAt: 43_000,
    changed: 42,
  };
}

export function attached(cluster: string, changes: Partial<ClusterView> = {}): ClusterView {
  return {
    cluster,
    role: 'remote',
    status: 'Succeeded',
    startedAt: 43_000,
    finishedAt: 74_000,
    changed: 42,
    proofs: [
      { what: 'endpoints', value: '10.1.0.5, 10.1.0.6', proven: true },
      { what: 'synced', value: '2 istiod', proven: true },
      { what: 'injection', value: 'default', proven: true },
    ],
    endpoints: ['10.1.0.5', '10.1.0.6'],
    ...changes,
  };
}

export function retrying(cluster: string): ClusterView {
  return {
    cluster,
    role: 'remote',
    status: 'Running',
    step: 'install-remote',
    startedAt: 80_000,
    changed: 0,
    attempt: {
      activity: 'install-remote',
      attempt: 3,
      state: 'waiting',
      lastError: { code: 'api-unavailable', message: 'connect ECONNREFUSED' },
      nextAttemptAt: 104_000,
    },
  };
}

export function parked(cluster: string): ClusterView {
  return {
    cluster,
    role: 'remote',
    status: 'NeedsAttention',
    step: 'label-namespaces',
    startedAt: 60_000,
    changed: 0,
    attention: {
      code: 'permission-denied',
      message: 'may not patch namespaces',
      action: 'Grant it, then retry.',
    },
  };
}

export function pending(cluster: string): ClusterView {
  return { cluster, role: 'remote', status: 'Pending', changed: 0 };
}
