import { TypedSearchAttributes } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import { startRollout } from '../../../src/rollout/progress/rollout-progress.js';
import type { TemporalAccess } from '../../../src/temporal/connection/connection.js';
import { searchAttributeKeys } from '../../../src/temporal/connection/search-attribute-keys.js';
import { getRollout } from '../../../src/temporal/reading/get-rollout.js';

const mesh = 'shop';
const cluster = { cluster: 'eu-1', role: 'remote', status: 'Running', changed: 0 } as const;

/**
 * A stand-in for Temporal: the rollout `run-2` of the mesh, in which one cluster runs; the workflow of that cluster is at
 * `install-remote` and has this memo.
 */
function temporalWith(memo: Record<string, unknown>): TemporalAccess {
  const common = {
    status: { name: 'RUNNING' },
    startTime: new Date(0),
    typedSearchAttributes: new TypedSearchAttributes([{ key: searchAttributeKeys.mesh, value: mesh }]),
  };
  const ofRollout = {
    ...common,
    workflowId: `mesh/${mesh}`,
    raw: { workflowExecutionInfo: { firstRunId: 'run-2' } },
  };
  const pendingActivities = [{ activityType: { name: 'installRemote' }, attempt: 7, state: 2 }];
  const ofCluster = { ...common, workflowId: 'cluster/eu-1', memo, raw: { pendingActivities } };
  const progress = {
    ...startRollout({ mesh, rolloutId: 'run-2', requestedBy: 'ada', at: 0 }),
    clusters: [cluster],
  };
  const getHandle = (workflowId: string) => ({
    describe: async () => (workflowId === 'cluster/eu-1' ? ofCluster : ofRollout),
    query: async () => progress,
  });
  const access: unknown = {
    client: { workflow: { getHandle } },
    call: (_timeoutMs: number, call: () => Promise<unknown>) => call(),
  };
  return access as TemporalAccess;
}

describe('what a cluster is trying right now', () => {
  test('is read from the workflow that this rollout has started', async () => {
    const { clusters } = await getRollout(temporalWith({ mesh, rolloutId: 'run-2' }), mesh);
    expect(clusters).toMatchObject([{ step: 'install-remote', attempt: { attempt: 7, state: 'running' } }]);
  });

  test('is not the step of an earlier rollout of the mesh, whose workflow still holds the cluster', async () => {
    const { clusters } = await getRollout(temporalWith({ mesh, rolloutId: 'run-1' }), mesh);
    expect(clusters).toEqual([cluster]);
  });

  test('is unknown when the workflow does not say which rollout has started it', async () => {
    expect((await getRollout(temporalWith({}), mesh)).clusters).toEqual([cluster]);
  });
});
