import { WorkflowFailedError } from '@temporalio/client';
import { type ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import { clusterWorkflowId, Message } from '../../../src/rollout/names.js';
import type { ClusterProgress } from '../../../src/rollout/progress/progress.js';
import { until } from '../../support/wait.js';
import { resolvedRollout } from '../resolved-rollout.js';
import { fail, inspection, result, ScriptedActivities, untilCancelled } from '../scripted-activities.js';
import { closeWorkersAfterEach, startScripted } from '../scripted-rollout.js';

closeWorkersAfterEach();

describe('a rollout', () => {
  test('takes the primary and every remote through its steps in order', async () => {
    const resolved = resolvedRollout({ remotes: 2 });
    const script = new ScriptedActivities(resolved);
    const { handle, progress, client } = await startScripted(script);

    expect(await handle.result()).toMatchObject({
      status: 'Succeeded',
      succeeded: 2,
      skipped: [],
      changed: 16,
    });
    const [hub, first] = [resolved.primary.cluster, resolved.remotes[0]?.cluster ?? ''];
    const of = (cluster: string) =>
      script.calls.filter((call) => call.endsWith(` ${cluster}`)).map((call) => call.split(' ')[0]);
    expect(of(hub)).toEqual(['inspectClusters', 'deployPrimary', 'collectEndpoints', 'collectEndpoints']);
    expect(of(first)).toEqual([
      'inspectClusters',
      'prepareNamespace',
      'installRemote',
      'registerRemote',
      'activateInjection',
      'verifyRemote',
      'labelNamespaces',
      'verifyInjection',
    ]);
    const end = await progress();
    expect(end.status).toBe('Succeeded');
    expect(end.clusters.map((each) => each.status)).toEqual(['Succeeded', 'Succeeded', 'Succeeded']);
    expect(end.clusters[1]?.endpoints).toEqual(['10.10.0.5']);
    expect(end.clusters[1]?.proofs).toEqual([
      { what: 'endpoints', value: '10.10.0.5', proven: true },
      { what: 'injection', value: 'default', proven: true },
    ]);
    const child = client.workflow.getHandle(clusterWorkflowId(first));
    const steps = (await child.query<ClusterProgress>(Message.progress)).steps;
    expect(steps?.map(({ status, attempts }) => `${status} ${attempts}`)).toEqual(
      Array(7).fill('Succeeded 1'),
    );
  });

  test('fails at once with every problem when the document is bad', async () => {
    const script = new ScriptedActivities(resolvedRollout({ remotes: 1 }));
    script.on('resolve', '-', () => fail('document-invalid', 'mesh: missing\nremotes: missing'));
    const { handle } = await startScripted(script);
    const failure = await handle.result().catch((error) => error);
    expect(failure).toBeInstanceOf(WorkflowFailedError);
    const cause = (failure as WorkflowFailedError).cause?.cause as ApplicationFailure;
    expect(cause.type).toBe('document-invalid');
    expect(cause.message).toContain('remotes: missing');
    expect(script.calls).toEqual(['resolve -']);
  });

  test('starts no more remotes at once than maxConcurrency', async () => {
    const resolved = resolvedRollout({ remotes: 6, maxConcurrency: 2 });
    const script = new ScriptedActivities(resolved);
    let most = 0;
    const busy = new Set<string>();
    for (const { cluster } of resolved.remotes) {
      script.on('prepareNamespace', cluster, () => void busy.add(cluster));
      script.on('installRemote', cluster, async () => {
        most = Math.max(most, busy.size);
        await new Promise((done) => setTimeout(done, 50));
      });
      script.on('verifyInjection', cluster, () => void busy.delete(cluster));
    }
    const { handle } = await startScripted(script);
    await handle.result();
    expect(most).toBe(2);
  });

  test('parks the remote that needs a person, finishes the others, and goes on after retry on the cluster', async () => {
    const resolved = resolvedRollout({ remotes: 3 });
    const [broken, other] = resolved.remotes.map((remote) => remote.cluster) as [string, string];
    const script = new ScriptedActivities(resolved).on('installRemote', broken, (call) =>
      call === 1 ? fail('permission-denied', 'may not patch clusterroles') : undefined,
    );
    const { handle, reaches, progress, client } = await startScripted(script);
    const parked = await reaches(broken, 'NeedsAttention');
    expect(parked.attention).toMatchObject({
      code: 'permission-denied',
      message: 'may not patch clusterroles',
    });
    expect(parked.step).toBe('install-remote');
    await reaches(other, 'Succeeded');
    await until('the rollout waits', async () => (await progress()).status === 'NeedsAttention');

    const child = client.workflow.getHandle(clusterWorkflowId(broken));
    await child.executeUpdate(Message.retry, { args: [{ by: 'ada', reason: 'granted' }] });
    expect(await handle.result()).toMatchObject({ succeeded: 3 });
    expect(script.count('prepareNamespace', broken)).toBe(1);
  });

  test('retries and skips by code through the rollout, and names who did it', async () => {
    const resolved = resolvedRollout({ remotes: 3, maxFailures: 3 });
    const [one, two] = resolved.remotes.map((remote) => remote.cluster) as [string, string];
    const script = new ScriptedActivities(resolved)
      .on('installRemote', one, (call) => (call === 1 ? fail('field-conflict') : undefined))
      .on('installRemote', two, () => fail('request-rejected'));
    const { handle, reaches, progress } = await startScripted(script);
    await reaches(one, 'NeedsAttention');
    await reaches(two, 'NeedsAttention');
    await handle.executeUpdate(Message.retry, { args: [{ code: 'field-conflict', by: 'ada' }] });
    await reaches(one, 'Succeeded');
    await handle.executeUpdate(Message.skip, {
      args: [{ cluster: two, by: 'bob', reason: 'decommissioned' }],
    });
    expect(await handle.result()).toMatchObject({ succeeded: 2, skipped: [two] });
    expect((await progress()).audit).toMatchObject([
      { by: 'ada', action: 'retry', target: 'field-conflict' },
      { by: 'bob', action: 'skip', target: two, reason: 'decommissioned' },
    ]);
  });

  test('rejects a decision about a cluster that does not wait, one that does not exist, and skipping the primary', async () => {
    const resolved = resolvedRollout({ remotes: 1 });
    const script = new ScriptedActivities(resolved).on('deployPrimary', resolved.primary.cluster, (call) =>
      call === 1 ? fail('field-conflict') : undefined,
    );
    const { handle, reaches } = await startScripted(script);
    await reaches(resolved.primary.cluster, 'NeedsAttention');
    const rejected = async (update: string, input: object) =>
      await handle.executeUpdate(update, { args: [input] }).then(
        () => 'accepted',
        (error) => (error.cause as ApplicationFailure).type,
      );
    expect(await rejected(Message.retry, { cluster: resolved.remotes[0]?.cluster })).toBe('not-waiting');
    expect(await rejected(Message.retry, { cluster: 'nobody' })).toBe('cluster-unknown');
    expect(await rejected(Message.retry, { code: 'cidr-unknown' })).toBe('not-waiting');
    expect(await rejected(Message.skip, { cluster: resolved.primary.cluster })).toBe('not-waiting');
    await handle.executeUpdate(Message.retry, { args: [{}] });
    await handle.result();
  });

  test('retries what is transient, and parks it when progressDeadline is over', async () => {
    const resolved = resolvedRollout({ remotes: 2, progressDeadlineMs: 6_000 });
    const [flaky, dead] = resolved.remotes.map((remote) => remote.cluster) as [string, string];
    let back = false;
    const script = new ScriptedActivities(resolved)
      .on('registerRemote', flaky, (call) => (call < 2 ? fail('api-unavailable') : undefined))
      .on('registerRemote', dead, () => (back ? undefined : fail('api-unavailable', 'connect ECONNREFUSED')));
    const { handle, reaches, client } = await startScripted(script);
    await reaches(flaky, 'Succeeded');
    const parked = await reaches(dead, 'NeedsAttention');
    expect(parked.attention?.code).toBe('progress-deadline-exceeded');
    expect(parked.attention?.message).toContain('connect ECONNREFUSED');
    back = true;
    await client.workflow.getHandle(clusterWorkflowId(dead)).executeUpdate(Message.retry, { args: [{}] });
    expect(await handle.result()).toMatchObject({ succeeded: 2 });
  });

  test('starts no further remote while more clusters need a person than maxFailures allows', async () => {
    const resolved = resolvedRollout({ remotes: 3, maxConcurrency: 1, maxFailures: 0 });
    const [first, second, third] = resolved.remotes.map((remote) => remote.cluster) as [
      string,
      string,
      string,
    ];
    const script = new ScriptedActivities(resolved).on('installRemote', first, (call) =>
      call === 1 ? fail('field-conflict') : undefined,
    );
    const { handle, reaches, progress } = await startScripted(script);
    await reaches(first, 'NeedsAttention');
    await until('the rollout waits', async () => (await progress()).status === 'NeedsAttention');
    expect((await progress()).clusters.slice(2).map((each) => each.status)).toEqual(['Pending', 'Pending']);
    await handle.executeUpdate(Message.skip, { args: [{ cluster: third }] });
    await handle.executeUpdate(Message.retry, { args: [{ cluster: first }] });
    expect(await handle.result()).toMatchObject({ succeeded: 2, skipped: [third] });
    expect(script.count('installRemote', second)).toBe(1);
    expect(script.count('installRemote', third)).toBe(0);
  });

  test('changes no cluster while two of them overlap, until one is skipped', async () => {
    const resolved = resolvedRollout({ remotes: 2 });
    const [one, two] = resolved.remotes.map((remote) => remote.cluster) as [string, string];
    const script = new ScriptedActivities(resolved)
      .on('inspectClusters', one, () => inspection(one, { podCIDRs: ['10.200.0.0/16'] }))
      .on('inspectClusters', two, () => inspection(two, { podCIDRs: ['10.200.128.0/17'] }));
    const { handle, progress } = await startScripted(script);
    const held = await until('the rollout is held', async () => {
      const now = await progress();
      return now.status === 'NeedsAttention' ? now : undefined;
    });
    expect(held.attention?.code).toBe('pod-cidr-overlap');
    expect(held.findings).toMatchObject([{ code: 'pod-cidr-overlap', severity: 'block' }]);
    const harmless = /^(resolve|inspectClusters|followEndpoints) /;
    expect(script.calls.filter((call) => !harmless.test(call))).toEqual([]);
    await handle.executeUpdate(Message.skip, { args: [{ cluster: two }] });
    expect(await handle.result()).toMatchObject({ succeeded: 1, skipped: [two] });
  });

  test('holds only the remote that a finding is about, and looks again on retry', async () => {
    const resolved = resolvedRollout({ remotes: 2 });
    const [denied, fine] = resolved.remotes.map((remote) => remote.cluster) as [string, string];
    const finding = {
      code: 'permission-missing',
      severity: 'block',
      cluster: denied,
      what: 'may not create secrets in istio-system',
      where: 'SelfSubjectAccessReview',
      action: 'grant it',
    } as const;
    const script = new ScriptedActivities(resolved).on('inspectClusters', denied, (call) =>
      call === 1 ? inspection(denied, { findings: [finding] }) : undefined,
    );
    const { handle, reaches } = await startScripted(script);
    expect((await reaches(denied, 'NeedsAttention')).attention?.message).toBe(
      'may not create secrets in istio-system',
    );
    await reaches(fine, 'Succeeded');
    expect(script.count('prepareNamespace', denied)).toBe(0);
    await handle.executeUpdate(Message.retry, { args: [{ cluster: denied }] });
    expect(await handle.result()).toMatchObject({ succeeded: 2 });
  });

  test('lets a remote in that was unreachable at the start, and holds it when it then overlaps', async () => {
    const resolved = resolvedRollout({ remotes: 2 });
    const [late, fine] = resolved.remotes.map((remote) => remote.cluster) as [string, string];
    const unreachable = {
      code: 'cluster-unreachable',
      severity: 'block',
      cluster: late,
      what: 'does not answer',
      where: 'https://127.0.0.1:1',
      action: 'wait',
    } as const;
    const script = new ScriptedActivities(resolved)
      .on('inspectClusters', fine, () => inspection(fine, { podCIDRs: ['10.200.0.0/16'] }))
      .on('inspectClusters', late, (call) =>
        inspection(late, call === 1 ? { unreachable: true, podCIDRs: [], findings: [unreachable] } : {}),
      )
      .on('awaitClusters', late, (call) =>
        call < 4 ? fail('clusters-unanswering') : inspection(late, { podCIDRs: ['10.200.0.0/24'] }),
      );
    const { handle, reaches } = await startScripted(script);
    await reaches(fine, 'Succeeded');
    expect((await reaches(late, 'NeedsAttention')).attention?.code).toBe('pod-cidr-overlap');
    await handle.executeUpdate(Message.retry, { args: [{ cluster: late }] });
    expect(await handle.result()).toMatchObject({ succeeded: 2 });
  });

  test('goes wave by wave, and waits for approval between them', async () => {
    const resolved = resolvedRollout({
      remotes: 2,
      waves: [{ name: 'canary', approval: 'after' }, { name: 'rest' }],
    });
    const [canary, rest] = resolved.remotes.map((remote) => remote.cluster) as [string, string];
    const script = new ScriptedActivities(resolved);
    const { handle, progress, reaches } = await startScripted(script);
    await reaches(canary, 'Succeeded');
    await until('the wave waits', async () => (await progress()).waves[0]?.status === 'NeedsAttention');
    expect((await progress()).status).toBe('NeedsAttention');
    expect(script.count('prepareNamespace', rest)).toBe(0);
    await handle.executeUpdate(Message.approve, { args: [{ wave: 'canary', by: 'ada' }] });
    expect(await handle.result()).toMatchObject({ succeeded: 2 });
    expect((await progress()).waves.map((wave) => wave.status)).toEqual(['Succeeded', 'Succeeded']);
  });

  test('points a remote at the istiod Pods of now when they have moved since', async () => {
    const resolved = resolvedRollout({ remotes: 1 });
    const [{ cluster }] = resolved.remotes as [{ cluster: string }];
    const now = { ...result(1), addresses: ['10.10.0.9'] };
    const script = new ScriptedActivities(resolved).on(
      'collectEndpoints',
      resolved.primary.cluster,
      (call) => (call === 1 ? undefined : now),
    );
    script.addresses = now.addresses;
    const { handle, progress } = await startScripted(script);
    await handle.result();
    expect(script.count('pointRemotes', cluster)).toBe(1);
    const pointed = (await progress()).clusters[1];
    expect(pointed?.endpoints).toEqual(['10.10.0.9']);
    expect(pointed?.proofs?.[0]?.value).toBe('10.10.0.9');
  });
});

describe('the locks', () => {
  test('refuse a second rollout of the mesh', async () => {
    const resolved = resolvedRollout({ remotes: 1 });
    const script = new ScriptedActivities(resolved).on(
      'deployPrimary',
      resolved.primary.cluster,
      untilCancelled,
    );
    const running = await startScripted(script);
    await expect(running.start(resolved.mesh)).rejects.toThrow('already started');
    await running.handle.executeUpdate(Message.abort, { args: [{ by: 'ada' }] });
    expect(await running.handle.result()).toMatchObject({ status: 'Aborted', succeeded: 0 });
    expect((await running.progress()).status).toBe('Aborted');
  });

  test('hand over the clusters of a terminated rollout to the next one', async () => {
    const resolved = resolvedRollout({ remotes: 1 });
    const [{ cluster }] = resolved.remotes as [{ cluster: string }];
    const script = new ScriptedActivities(resolved).on('installRemote', cluster, (call) =>
      call === 1 ? fail('field-conflict') : undefined,
    );
    const { handle, reaches, client, start: startAgain } = await startScripted(script);
    await reaches(cluster, 'NeedsAttention');
    await handle.terminate('test');
    script.on('claimCluster', cluster, async () => {
      const orphan = client.workflow.getHandle(clusterWorkflowId(cluster));
      await orphan.cancel();
      await orphan.result().catch(() => undefined);
      return { state: 'free' };
    });
    const next = await startAgain(resolved.mesh);
    expect(await next.result()).toMatchObject({ succeeded: 1 });
    expect(script.count('claimCluster', cluster)).toBe(1);
  });

  test('notice when the workflow of a cluster is terminated, and start it again on retry', async () => {
    const resolved = resolvedRollout({ remotes: 1 });
    const [{ cluster }] = resolved.remotes as [{ cluster: string }];
    const script = new ScriptedActivities(resolved).on('installRemote', cluster, (call) =>
      call === 1 ? fail('field-conflict') : undefined,
    );
    const { handle, reaches, client } = await startScripted(script);
    await reaches(cluster, 'NeedsAttention');
    await client.workflow.getHandle(clusterWorkflowId(cluster)).terminate('test');
    const parked = await until('the end is noticed', async () => {
      const found = await reaches(cluster, 'NeedsAttention');
      return found.attention?.code === 'cluster-workflow-ended' ? found : undefined;
    });
    expect(parked.attention?.action).toContain('Retry');
    await handle.executeUpdate(Message.retry, { args: [{ cluster }] });
    expect(await handle.result()).toMatchObject({ succeeded: 1 });
  });
});

describe('pause and abort', () => {
  test('cancelling the workflow in Temporal is an abort that ends as cancelled', async () => {
    const resolved = resolvedRollout({ remotes: 1 });
    const [{ cluster }] = resolved.remotes as [{ cluster: string }];
    const script = new ScriptedActivities(resolved).on('registerRemote', cluster, untilCancelled);
    const { handle, progress, client } = await startScripted(script);
    await until('the remote is at work', () => script.count('registerRemote', cluster) === 1);
    await handle.cancel();
    const failure = await handle.result().catch((error) => error);
    expect((failure as WorkflowFailedError).cause).toBeInstanceOf(CancelledFailure);
    expect((await progress()).clusters[1]).toMatchObject({ status: 'Aborted', step: 'register-remote' });
    const child = await client.workflow.getHandle(clusterWorkflowId(cluster)).describe();
    expect(child.status.name).toBe('CANCELLED');
  });

  test('a paused rollout starts nothing more, and goes on after resume', async () => {
    const resolved = resolvedRollout({ remotes: 2, maxConcurrency: 1 });
    const [first, second] = resolved.remotes.map((remote) => remote.cluster) as [string, string];
    let release = () => {};
    const gate = new Promise<void>((done) => {
      release = done;
    });
    const script = new ScriptedActivities(resolved).on('installRemote', first, () => gate);
    const { handle, progress, reaches } = await startScripted(script);
    await until('the first is at work', () => script.count('installRemote', first) === 1);
    await handle.executeUpdate(Message.pause, { args: [{ by: 'ada' }] });
    expect((await progress()).status).toBe('Paused');
    release();
    await reaches(first, 'Paused');
    expect(script.count('registerRemote', first) + script.count('prepareNamespace', second)).toBe(0);
    await handle.executeUpdate(Message.resume, { args: [{ by: 'ada' }] });
    expect(await handle.result()).toMatchObject({ succeeded: 2 });
  });

  test('abort ends the work on every cluster and says where each stopped', async () => {
    const resolved = resolvedRollout({ remotes: 2, maxConcurrency: 1 });
    const [first, second] = resolved.remotes.map((remote) => remote.cluster) as [string, string];
    const script = new ScriptedActivities(resolved).on('registerRemote', first, untilCancelled);
    const { handle, progress } = await startScripted(script);
    await until('the first is at work', () => script.count('registerRemote', first) === 1);
    await handle.executeUpdate(Message.abort, { args: [{ by: 'ada', reason: 'wrong fleet' }] });
    expect(await handle.result()).toMatchObject({ status: 'Aborted', succeeded: 0 });
    const end = await progress();
    expect(end.clusters.find((each) => each.cluster === first)).toMatchObject({
      status: 'Aborted',
      step: 'register-remote',
    });
    expect(end.clusters.find((each) => each.cluster === second)).toMatchObject({
      status: 'Aborted',
      changed: 0,
    });
    expect(end.audit).toMatchObject([{ by: 'ada', action: 'abort', reason: 'wrong fleet' }]);
  });
});
