import type { RolloutView } from '../../../src/temporal/reading/rollout-view.js';

/** A rollout of mesh `shop` that runs: a primary that is done, one remote at work, one that waits for a person. */
export function runningRollout(changes: Partial<RolloutView> = {}): RolloutView {
  return {
    mesh: 'shop',
    rolloutId: 'run-1',
    workflowId: 'mesh/shop',
    execution: 'RUNNING',
    worker: 'answers',
    release: '1.31',
    requestedBy: 'alice',
    status: 'Running',
    startedAt: 1_000,
    steps: [{ step: 'resolve', status: 'Succeeded', attempts: 1, startedAt: 1_000, finishedAt: 1_200 }],
    waves: [{ name: 'rest', status: 'Running', clusters: ['eu-1', 'eu-2'] }],
    clusters: [
      {
        cluster: 'hub',
        role: 'primary',
        status: 'Succeeded',
        startedAt: 1_000,
        finishedAt: 21_000,
        changed: 40,
      },
      {
        cluster: 'eu-1',
        role: 'remote',
        wave: 'rest',
        status: 'Running',
        step: 'install-remote',
        changed: 0,
      },
      {
        cluster: 'eu-2',
        role: 'remote',
        wave: 'rest',
        status: 'NeedsAttention',
        attention: {
          code: 'permission-denied',
          message: 'may not create secrets',
          action: 'Grant it, then retry.',
        },
        changed: 2,
      },
    ],
    findings: [],
    audit: [],
    changed: 42,
    ...changes,
  };
}
