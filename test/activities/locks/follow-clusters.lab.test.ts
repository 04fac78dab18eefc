import { Client, Connection } from '@temporalio/client';
import { beforeAll, expect, test } from 'vitest';
import { followClusters } from '../../../activities/locks/follow-clusters.js';
import { clusterWorkflowId } from '../../../src/rollout/names.js';
import { freshName, useLab } from '../../support/lab.js';
import { dependenciesOn, failureOf, run } from '../support.js';

let client: Client;

beforeAll(async () => {
  const { temporal } = await useLab();
  client = new Client({ connection: await Connection.connect({ address: temporal.address }) });
  return () => client.connection.close();
});

/** The workflow of a cluster, on which nobody works: it stays open until it is ended from here. */
async function open(cluster: string, rolloutId: string) {
  return await client.workflow.start('idle', {
    workflowId: clusterWorkflowId(cluster),
    taskQueue: 'nobody',
    args: [],
    memo: { mesh: 'shop', rolloutId },
  });
}

async function follow(clusters: string[]) {
  const dependencies = { ...(await dependenciesOn([])), temporalClient: async () => client };
  // Shorter than its pause between two looks: it looks once.
  return run(followClusters(dependencies), { clusters, rolloutId: 'r-1' }, { startToCloseTimeoutMs: 4_000 });
}

test('while every cluster is at work the attempt says so, and is tried again', async () => {
  const clusters = [freshName('busy'), freshName('busy')];
  for (const cluster of clusters) await open(cluster, 'r-1');
  const failure = await failureOf(follow(clusters));
  expect(failure).toMatchObject({ type: 'cluster-at-work', nonRetryable: false });
  expect(failure.message).toBe(`at work: ${clusters.join(', ')}`);
});

test('a workflow that was ended from outside, one of another rollout and one that is not there are told at once', async () => {
  const [busy, terminated, foreign, missing] = ['busy', 'terminated', 'foreign', 'missing'].map(
    freshName,
  ) as [string, string, string, string];
  await open(busy, 'r-1');
  await (await open(terminated, 'r-1')).terminate();
  await open(foreign, 'r-2');
  const ended = [terminated, foreign, missing].map((cluster) => ({ cluster }));
  expect(await follow([busy, terminated, foreign, missing])).toEqual({ ended });
});
