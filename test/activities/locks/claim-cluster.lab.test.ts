import { Client, Connection } from '@temporalio/client';
import { beforeAll, expect, test } from 'vitest';
import { claimCluster } from '../../../activities/locks/claim-cluster.js';
import type { ClusterMemo } from '../../../src/rollout/activities.js';
import { clusterWorkflowId, rolloutWorkflowId } from '../../../src/rollout/names.js';
import { freshName, useLab } from '../../support/lab.js';
import { until } from '../../support/wait.js';
import { dependenciesOn, failureOf, run } from '../support.js';

let client: Client;

beforeAll(async () => {
  const { temporal } = await useLab();
  client = new Client({ connection: await Connection.connect({ address: temporal.address }) });
  return () => client.connection.close();
});

/** A workflow that nobody works on: it stays open until it is ended from here. Gives its run ID. */
async function open(workflowId: string, memo: ClusterMemo | undefined): Promise<string> {
  const handle = await client.workflow.start('idle', {
    workflowId,
    taskQueue: 'nobody',
    args: [],
    ...(memo === undefined ? {} : { memo: { ...memo } }),
  });
  return handle.firstExecutionRunId;
}

async function claim(cluster: string, rolloutId: string) {
  const dependencies = { ...(await dependenciesOn([])), temporalClient: async () => client };
  return run(claimCluster(dependencies), { cluster, rolloutId });
}

/** Waits until somebody has asked the workflow to end. */
async function cancelRequested(workflowId: string): Promise<void> {
  await until('the cancellation', async () => {
    const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
    return events?.some((event) => event.workflowExecutionCancelRequestedEventAttributes);
  });
}

test('a cluster without a workflow, or with one that has closed, is free', async () => {
  const cluster = freshName('free');
  expect(await claim(cluster, 'r-1')).toEqual({ state: 'free' });
  await open(clusterWorkflowId(cluster), { mesh: 'shop', rolloutId: 'r-0' });
  await client.workflow.getHandle(clusterWorkflowId(cluster)).terminate();
  expect(await claim(cluster, 'r-1')).toEqual({ state: 'free' });
});

test("a rollout's own workflow is its own", async () => {
  const cluster = freshName('mine');
  await open(clusterWorkflowId(cluster), { mesh: 'shop', rolloutId: 'r-1' });
  expect(await claim(cluster, 'r-1')).toEqual({ state: 'mine' });
});

test('while the other rollout runs, the cluster is held, which is tried again', async () => {
  const [mesh, cluster] = [freshName('mesh'), freshName('held')];
  const rolloutId = await open(rolloutWorkflowId(mesh), undefined);
  await open(clusterWorkflowId(cluster), { mesh, rolloutId });
  const failure = await failureOf(claim(cluster, 'r-1'));
  expect(failure).toMatchObject({ type: 'cluster-held', nonRetryable: false, details: [{ cluster }] });
  expect(failure.message).toContain(`the running rollout of mesh ${mesh}`);
});

test('a workflow that says nothing of itself is held too: nobody knows what it does', async () => {
  const cluster = freshName('foreign');
  await open(clusterWorkflowId(cluster), undefined);
  expect(await failureOf(claim(cluster, 'r-1'))).toMatchObject({ type: 'cluster-held', nonRetryable: false });
});

test.each([
  ['has closed', false],
  ['was followed by another rollout of the mesh', true],
])(
  'where the other rollout %s, its workflow is cancelled, waited for, and the cluster taken over',
  async (_, followed) => {
    const [mesh, cluster] = [freshName('mesh'), freshName('abandoned')];
    const rolloutId = await open(rolloutWorkflowId(mesh), undefined);
    const workflowId = clusterWorkflowId(cluster);
    await open(workflowId, { mesh, rolloutId });
    await client.workflow.getHandle(rolloutWorkflowId(mesh)).terminate();
    if (followed) await open(rolloutWorkflowId(mesh), undefined);

    const claiming = claim(cluster, 'r-1');
    await cancelRequested(workflowId);
    await client.workflow.getHandle(workflowId).terminate();
    expect(await claiming).toEqual({ state: 'free' });
  },
);

test('one that does not end in time is told, so that a person can end it', async () => {
  const [mesh, cluster] = [freshName('mesh'), freshName('stuck')];
  await open(clusterWorkflowId(cluster), { mesh, rolloutId: 'gone' });
  const dependencies = { ...(await dependenciesOn([])), temporalClient: async () => client };
  const input = { cluster, rolloutId: 'r-1' };
  const claimed = await run(claimCluster(dependencies), input, { startToCloseTimeoutMs: 5_000 });
  expect(claimed).toEqual({
    state: 'orphaned',
    message: `its abandoned workflow ${clusterWorkflowId(cluster)} was cancelled and has not ended yet`,
  });
});
