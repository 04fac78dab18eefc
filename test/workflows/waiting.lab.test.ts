import { describe, expect, test } from 'vitest';
import { clusterWorkflowId, Message } from '../../src/rollout/names.js';
import { until } from '../support/wait.js';
import { startWorker } from '../support/workflows/workflows.js';
import { resolvedRollout } from './resolved-rollout.js';
import { blocking, fail, gate, inspection, ScriptedActivities } from './scripted-activities.js';
import { closeWorkersAfterEach, startScripted } from './scripted-rollout.js';

closeWorkersAfterEach();

describe('after progressDeadline a person is asked', () => {
  test('about a cluster whose abandoned workflow nobody can end', async () => {
    const resolved = resolvedRollout({ remotes: 1, progressDeadlineMs: 2_000 });
    const [{ cluster }] = resolved.remotes as [{ cluster: string }];
    const message = 'workers of version mesh-rollout:0.0.9 have to run for that';
    let isTerminated = false;
    const script = new ScriptedActivities(resolved).on('claimCluster', cluster, () =>
      isTerminated ? { state: 'free' } : { state: 'orphaned', message },
    );
    const { handle, reaches, client } = await startScripted(script, async ({ client }) => {
      await client.workflow.start('idle', { workflowId: clusterWorkflowId(cluster), taskQueue: 'nobody' });
    });
    const parked = await reaches(cluster, 'NeedsAttention');
    expect(parked.attention).toMatchObject({
      code: 'cluster-orphaned',
      message: `${cluster}: ${message}`,
    });
    await client.workflow.getHandle(clusterWorkflowId(cluster)).terminate();
    isTerminated = true;
    await handle.executeUpdate(Message.retry, { args: [{ cluster, by: 'ada' }] });
    expect(await handle.result()).toMatchObject({ succeeded: 1 });
  });

  test('about a primary without a Ready istiod in the last pass, which is a step of its own', async () => {
    const resolved = resolvedRollout({ remotes: 1, progressDeadlineMs: 3_000 });
    const hub = resolved.primary.cluster;
    let isReady = false;
    const script = new ScriptedActivities(resolved).on('collectEndpoints', hub, (call) =>
      call === 1 || isReady ? undefined : fail('no-ready-endpoint', 'no Pod of istiod is ready'),
    );
    const { handle, progress, becomes } = await startScripted(script);
    expect((await becomes('NeedsAttention')).attention).toMatchObject({
      code: 'progress-deadline-exceeded',
      message: expect.stringContaining('no Pod of istiod is ready'),
    });
    const step = (await progress()).steps.find((each) => each.step === 'refresh-endpoints');
    expect(step?.status).toBe('Running');
    isReady = true;
    await handle.executeUpdate(Message.retry, { args: [{ cluster: hub }] });
    expect(await handle.result()).toMatchObject({ succeeded: 1 });
    expect((await progress()).steps.at(-1)).toMatchObject({ step: 'refresh-endpoints', status: 'Succeeded' });
  });

  test('about a remote that never answers', async () => {
    const resolved = resolvedRollout({ remotes: 1, progressDeadlineMs: 2_000 });
    const [{ cluster }] = resolved.remotes as [{ cluster: string }];
    const dead = inspection(cluster, {
      unreachable: true,
      findings: [blocking('cluster-unreachable', cluster)],
    });
    const script = new ScriptedActivities(resolved)
      .on('inspectClusters', cluster, () => dead)
      .on('awaitClusters', cluster, () => dead);
    const { handle, reaches } = await startScripted(script);
    const parked = await reaches(cluster, 'NeedsAttention');
    expect(parked.attention).toMatchObject({ code: 'progress-deadline-exceeded' });
    await handle.executeUpdate(Message.skip, { args: [{ cluster }] });
    expect(await handle.result()).toMatchObject({ skipped: [cluster] });
  });
});

test('a rollout that only a person can move says so, with what it waits for now', async () => {
  const resolved = resolvedRollout({ remotes: 1 });
  const [{ cluster }] = resolved.remotes as [{ cluster: string }];
  const dead = inspection(cluster, {
    unreachable: true,
    findings: [blocking('cluster-unreachable', cluster)],
  });
  const forbidden = inspection(cluster, { findings: [blocking('permission-missing', cluster)] });
  let answers = false;
  const script = new ScriptedActivities(resolved)
    .on('inspectClusters', cluster, (call) => (call === 1 ? dead : undefined))
    .on('awaitClusters', cluster, () => (answers ? forbidden : dead));
  const { handle, cluster: read, becomes } = await startScripted(script);
  await until(
    'it is waited for',
    async () => (await read(cluster))?.attention?.code === 'cluster-unreachable',
  );
  answers = true;
  await becomes('NeedsAttention');
  expect(await read(cluster)).toMatchObject({
    status: 'NeedsAttention',
    attention: { code: 'permission-missing' },
  });
  await handle.executeUpdate(Message.retry, { args: [{ cluster }] });
  expect(await handle.result()).toMatchObject({ succeeded: 1 });
});

test('progressDeadline does not count the time in which no worker runs', async () => {
  const resolved = resolvedRollout({ remotes: 1, progressDeadlineMs: 10_000 });
  const [{ cluster }] = resolved.remotes as [{ cluster: string }];
  const script = new ScriptedActivities(resolved);
  const step = gate();
  script.on('installRemote', cluster, (call) => (call === 1 ? step.wait() : undefined));
  const { handle, client, taskQueue, stop } = await startScripted(script);
  await until('the remote is at work', () => script.count('installRemote', cluster) === 1);
  await stop();
  // Longer than the whole deadline: the attempts that nobody takes end one after the other.
  await until('the time without workers is longer than the deadline', async () => {
    const { events } = await client.workflow.getHandle(clusterWorkflowId(cluster)).fetchHistory();
    const times = (events ?? []).map(({ eventTime }) => Number(eventTime?.seconds ?? 0));
    return Date.now() / 1_000 - Math.max(...times) > 13;
  });
  const successor = await startWorker(() => script.build(), undefined, taskQueue);
  try {
    expect(await handle.result()).toMatchObject({ succeeded: 1 });
  } finally {
    await successor.close();
  }
});
