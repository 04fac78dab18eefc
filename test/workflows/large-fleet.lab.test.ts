import { describe, expect, test } from 'vitest';
import { clusterWorkflowId, Message } from '../../src/rollout/names.js';
import { until } from '../support/wait.js';
import { resolvedRollout } from './resolved-rollout.js';
import { blocking, fail, gate, inspection, ScriptedActivities } from './scripted-activities.js';
import { closeWorkersAfterEach, startScripted } from './scripted-rollout.js';

closeWorkersAfterEach();

/** A rollout whose remotes all park at their first install. */
function parkedAtInstall(remotes: number, maxConcurrency: number) {
  const resolved = resolvedRollout({ remotes, maxConcurrency, maxFailures: remotes });
  const script = new ScriptedActivities(resolved);
  for (const { cluster } of resolved.remotes)
    script.on('installRemote', cluster, (call) => (call === 1 ? fail('field-conflict') : undefined));
  return { script, names: resolved.remotes.map(({ cluster }) => cluster) };
}

describe('a decision about many clusters', () => {
  test('is answered at once, and lets no more of them work than maxConcurrency', async () => {
    const { script, names } = parkedAtInstall(12, 2);
    const busy = new Set<string>();
    let most = 0;
    for (const name of names) {
      script
        .on('installRemote', name, (call) => {
          if (call === 1) return fail('field-conflict');
          most = Math.max(most, busy.add(name).size);
          return undefined;
        })
        .on('verifyInjection', name, () => void busy.delete(name));
    }
    const { handle, progress } = await startScripted(script);
    await until('all wait', async () => {
      const { clusters } = await progress();
      return clusters.filter(({ status }) => status === 'NeedsAttention').length === 12;
    });
    const decided = await handle.executeUpdate(Message.retry, {
      args: [{ code: 'field-conflict', by: 'ada' }],
    });
    expect(decided).toMatchObject({ clusters: names });
    expect(await handle.result()).toMatchObject({ succeeded: 12 });
    expect(most).toBeLessThanOrEqual(2);
  });

  test('leaves those that wait for their turn to a later skip', async () => {
    const { script, names } = parkedAtInstall(3, 1);
    const [first = '', second = '', third = ''] = names;
    const held = gate();
    script.on('installRemote', first, (call) => (call === 1 ? fail('field-conflict') : held.wait()));
    const { handle, progress, reaches } = await startScripted(script);
    await until('all wait', async () => {
      const { clusters } = await progress();
      return clusters.filter(({ status }) => status === 'NeedsAttention').length === 3;
    });
    await handle.executeUpdate(Message.retry, { args: [{}] });
    await until('one is at work', () => script.count('installRemote', first) === 2);
    expect((await reaches(second, 'Pending')).status).toBe('Pending');
    await handle.executeUpdate(Message.skip, { args: [{ cluster: second, by: 'ada' }] });
    await reaches(second, 'Skipped');
    held.release();
    expect(await handle.result()).toMatchObject({ succeeded: 2, skipped: [second] });
    expect(script.count('installRemote', third)).toBe(2);
  });
});

test('however many clusters may be at work, a workflow task starts only some of them', async () => {
  const script = new ScriptedActivities(resolvedRollout({ remotes: 60, maxConcurrency: 60 }));
  const { handle } = await startScripted(script);
  expect(await handle.result()).toMatchObject({ succeeded: 60 });
  const starts = new Map<string, number>();
  const { events } = await handle.fetchHistory();
  for (const { startChildWorkflowExecutionInitiatedEventAttributes: start } of events ?? []) {
    const task = String(start?.workflowTaskCompletedEventId);
    if (start) starts.set(task, (starts.get(task) ?? 0) + 1);
  }
  const counts = [...starts.values()];
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(61);
  expect(Math.max(...counts)).toBe(25);
});

describe('accept', () => {
  test('of a finding about another mesh counts for the named cluster alone, and only with a name', async () => {
    const resolved = resolvedRollout({ remotes: 2, maxFailures: 2 });
    const [one = '', other = ''] = resolved.remotes.map(({ cluster }) => cluster);
    const script = new ScriptedActivities(resolved);
    for (const name of [one, other]) {
      script.on('inspectClusters', name, () =>
        inspection(name, { findings: [blocking('attached-elsewhere', name)] }),
      );
    }
    const { handle, reaches, cluster } = await startScripted(script);
    await Promise.all([one, other].map((name) => reaches(name, 'NeedsAttention')));
    const forAll = handle.executeUpdate(Message.accept, { args: [{ codes: ['attached-elsewhere'] }] });
    await expect(forAll).rejects.toMatchObject({ cause: { type: 'decision-invalid' } });
    await handle.executeUpdate(Message.accept, {
      args: [{ codes: ['attached-elsewhere'], clusters: [one], by: 'ada' }],
    });
    await reaches(one, 'Succeeded');
    expect((await cluster(other))?.status).toBe('NeedsAttention');
    await handle.executeUpdate(Message.skip, { args: [{ cluster: other }] });
    expect(await handle.result()).toMatchObject({ succeeded: 1, skipped: [other] });
  });

  test('lets a step run again that the finding had stopped', async () => {
    const resolved = resolvedRollout({ remotes: 1 });
    const [{ cluster }] = resolved.remotes as [{ cluster: string }];
    const accepted: (readonly string[])[] = [];
    const script = new ScriptedActivities(resolved).on('prepareNamespace', cluster, (_call, input) => {
      accepted.push((input as { accept: readonly string[] }).accept);
      return accepted.length === 1 ? fail('remote-taken') : undefined;
    });
    const { handle, reaches } = await startScripted(script);
    await reaches(cluster, 'NeedsAttention');
    await handle.executeUpdate(Message.accept, {
      args: [{ codes: ['attached-elsewhere'], clusters: [cluster], by: 'ada' }],
    });
    expect(await handle.result()).toMatchObject({ succeeded: 1 });
    expect(accepted).toEqual([[], ['attached-elsewhere']]);
  });
});

describe('a remote at work', () => {
  test('can be skipped, and the next one takes its place', async () => {
    const resolved = resolvedRollout({ remotes: 2, maxConcurrency: 1 });
    const [stuck = '', next = ''] = resolved.remotes.map(({ cluster }) => cluster);
    const never = gate();
    const script = new ScriptedActivities(resolved).on('installRemote', stuck, () => never.wait());
    const { handle } = await startScripted(script);
    await until('it is at work', () => script.count('installRemote', stuck) === 1);
    await handle.executeUpdate(Message.skip, { args: [{ cluster: stuck, by: 'ada' }] });
    expect(await handle.result()).toMatchObject({ succeeded: 1, skipped: [stuck] });
    expect(script.count('verifyInjection', next)).toBe(1);
  });

  test('obeys the newest of several pauses and resumes, in whatever order they arrive', async () => {
    const resolved = resolvedRollout({ remotes: 1 });
    const [{ cluster }] = resolved.remotes as [{ cluster: string }];
    const step = gate();
    const script = new ScriptedActivities(resolved).on('installRemote', cluster, () => step.wait());
    const { handle, client } = await startScripted(script);
    await until('it is at work', () => script.count('installRemote', cluster) === 1);
    const child = client.workflow.getHandle(clusterWorkflowId(cluster));
    await child.signal(Message.decision, { action: 'resume', order: [Date.now(), 4] });
    await child.signal(Message.decision, { action: 'pause', order: [Date.now() - 1_000, 3] });
    step.release();
    expect(await handle.result()).toMatchObject({ succeeded: 1 });
  });
});

test('what a person decides in the workflow of a cluster stands in the audit of the rollout', async () => {
  const { script, names } = parkedAtInstall(1, 1);
  const [cluster = ''] = names;
  const { handle, reaches, progress, client } = await startScripted(script);
  await reaches(cluster, 'NeedsAttention');
  const child = client.workflow.getHandle(clusterWorkflowId(cluster));
  await child.executeUpdate(Message.retry, { args: [{ by: 'ada', reason: 'conflict settled' }] });
  expect(await handle.result()).toMatchObject({ succeeded: 1 });
  expect((await progress()).audit).toMatchObject([
    { by: 'ada', via: 'temporal', action: 'retry', target: cluster, reason: 'conflict settled' },
  ]);
});

test('a decision that was made about another rollout of the mesh is refused', async () => {
  const { script, names } = parkedAtInstall(1, 1);
  const { handle, reaches } = await startScripted(script);
  await reaches(names[0] ?? '', 'NeedsAttention');
  for (const message of [Message.abort, Message.retry, Message.pause]) {
    const late = handle.executeUpdate(message, { args: [{ by: 'ada', rolloutId: 'the-one-before' }] });
    await expect(late).rejects.toMatchObject({ cause: { type: 'rollout-changed' } });
  }
  const rolloutId = handle.firstExecutionRunId;
  await handle.executeUpdate(Message.retry, { args: [{ by: 'ada', rolloutId }] });
  expect(await handle.result()).toMatchObject({ succeeded: 1 });
});
