import type { ApplicationFailure } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import { clusterWorkflowId, Message } from '../../../src/rollout/names.js';
import { until } from '../../support/wait.js';
import { resolvedRollout } from '../resolved-rollout.js';
import { blocking, fail, gate, inspection, result, ScriptedActivities } from '../scripted-activities.js';
import { closeWorkersAfterEach, startScripted } from '../scripted-rollout.js';

closeWorkersAfterEach();

/** Why an update was refused. */
const refusal = (updating: Promise<unknown>): Promise<ApplicationFailure> =>
  updating.then(
    () => Promise.reject(new Error('it was taken')),
    (error) => error.cause,
  );

describe('the last pass', () => {
  /** A rollout whose istiod has moved when all remotes are attached. */
  function moved(remotes: number) {
    const resolved = resolvedRollout({ remotes });
    const hub = resolved.primary.cluster;
    const script = new ScriptedActivities(resolved).on('collectEndpoints', hub, (call) =>
      call === 1 ? undefined : { ...result(0), addresses: ['10.10.0.9'] },
    );
    script.addresses = ['10.10.0.9'];
    return { script, hub, names: resolved.remotes.map(({ cluster }) => cluster) as [string, string] };
  }

  test('waits for a person where the primary refuses, and goes on after retry', async () => {
    const { script, hub } = moved(1);
    script.on('collectEndpoints', hub, (call) =>
      call === 2 ? fail('credentials-refused', 'the token has expired') : undefined,
    );
    const { handle, becomes } = await startScripted(script);
    expect((await becomes('NeedsAttention')).attention).toMatchObject({
      code: 'credentials-refused',
      message: 'the token has expired',
    });
    await handle.executeUpdate(Message.retry, { args: [{ cluster: hub, by: 'ada' }] });
    expect(await handle.result()).toMatchObject({ status: 'Succeeded', succeeded: 1 });
  });

  test('tries again what mends itself, and parks what does not until it is retried', async () => {
    const { script, names } = moved(2);
    const [hiccup, broken] = names;
    script
      .on('pointRemotes', hiccup, (call) => (call === 1 ? fail('api-unavailable') : undefined))
      .on('pointRemotes', broken, (call) => (call === 1 ? fail('permission-denied') : undefined));
    const { handle, progress, reaches } = await startScripted(script);
    expect((await reaches(broken, 'NeedsAttention')).attention?.code).toBe('permission-denied');
    await until('the other is refreshed', () => script.count('pointRemotes', hiccup) === 2);
    await handle.executeUpdate(Message.retry, { args: [{ cluster: broken }] });
    expect(await handle.result()).toMatchObject({ succeeded: 2 });
    const { clusters } = await progress();
    expect(clusters.map(({ attention }) => attention)).toEqual([undefined, undefined, undefined]);
  });
});

describe('a pause', () => {
  test('during the checks keeps the primary from being changed', async () => {
    const resolved = resolvedRollout({ remotes: 1 });
    const hub = resolved.primary.cluster;
    const checks = gate();
    const script = new ScriptedActivities(resolved).on('inspectClusters', hub, async () => {
      await checks.wait();
      return inspection(hub);
    });
    const { handle, progress } = await startScripted(script);
    await until('the checks run', () => script.count('inspectClusters', hub) === 1);
    await handle.executeUpdate(Message.pause, { args: [null] });
    checks.release();
    await until('the checks are done', async () => (await progress()).steps[1]?.status === 'Succeeded');
    await handle.executeUpdate(Message.set, { args: [{ maxConcurrency: 3 }] });
    expect(script.count('deployPrimary', hub)).toBe(0);
    expect((await progress()).status).toBe('Paused');
    await handle.executeUpdate(Message.resume);
    expect(await handle.result()).toMatchObject({ succeeded: 1 });
  });

  test('during the last step of all keeps the last pass from writing', async () => {
    const resolved = resolvedRollout({ remotes: 1 });
    const [{ cluster }] = resolved.remotes as [{ cluster: string }];
    const lastStep = gate();
    const script = new ScriptedActivities(resolved).on('verifyInjection', cluster, () => lastStep.wait());
    const { handle, reaches } = await startScripted(script);
    await until('the last step runs', () => script.count('verifyInjection', cluster) === 1);
    await handle.executeUpdate(Message.pause, { args: [{ by: 'ada' }] });
    lastStep.release();
    await reaches(cluster, 'Succeeded');
    await handle.executeUpdate(Message.set, { args: [{ maxConcurrency: 3 }] });
    expect(script.count('collectEndpoints', resolved.primary.cluster)).toBe(1);
    await handle.executeUpdate(Message.resume, { args: [{ by: 'ada' }] });
    expect(await handle.result()).toMatchObject({ succeeded: 1 });
  });
});

describe('a wave', () => {
  test('in which a check holds the canary is not followed by the others', async () => {
    const resolved = resolvedRollout({ remotes: 2, waves: [{ name: 'canary' }, { name: 'rest' }] });
    const [canary, rest] = resolved.remotes.map(({ cluster }) => cluster) as [string, string];
    const script = new ScriptedActivities(resolved).on('inspectClusters', canary, () =>
      inspection(canary, { findings: [blocking('permission-missing', canary)] }),
    );
    const { handle, becomes } = await startScripted(script);
    await becomes('NeedsAttention');
    await handle.executeUpdate(Message.retry, { args: [{ cluster: canary }] });
    await until('it is held again', () => script.count('inspectClusters', canary) === 2);
    await becomes('NeedsAttention');
    expect(script.count('prepareNamespace', rest)).toBe(0);
    await handle.executeUpdate(Message.set, { args: [{ maxFailures: 1 }] });
    await until('the others start', () => script.count('verifyInjection', rest) === 1);
    await handle.executeUpdate(Message.skip, { args: [{ cluster: canary }] });
    expect(await handle.result()).toMatchObject({ succeeded: 1, skipped: [canary] });
  });

  test('is Running while its minSuccessTime runs, whoever waits for a person, and waits for nothing after it', async () => {
    const resolved = resolvedRollout({
      remotes: 2,
      maxFailures: 1,
      waves: [{ name: 'canary', minSuccessTimeMs: 4_000 }, { name: 'rest' }],
    });
    const [canary, rest] = resolved.remotes.map(({ cluster }) => cluster) as [string, string];
    const script = new ScriptedActivities(resolved).on('installRemote', canary, () => fail('field-conflict'));
    const { handle, progress, reaches } = await startScripted(script);
    await reaches(canary, 'NeedsAttention');
    const during = await until('minSuccessTime runs', async () => {
      const now = await progress();
      return now.waves[0]?.waitingFor === undefined ? undefined : now;
    });
    expect(during.status).toBe('Running');
    await reaches(rest, 'Succeeded');
    expect((await progress()).waves[0]?.waitingFor).toBeUndefined();
    await handle.executeUpdate(Message.skip, { args: [{ cluster: canary }] });
    expect(await handle.result()).toMatchObject({ succeeded: 1 });
  });
});

describe('minSuccessTime', () => {
  const waves = [{ name: 'canary', minSuccessTimeMs: 500 }, { name: 'rest' }];

  test('ends with the proofs of its remotes, and parks one that does not hold any more', async () => {
    const resolved = resolvedRollout({ remotes: 2, waves });
    const [canary, rest] = resolved.remotes.map(({ cluster }) => cluster) as [string, string];
    const script = new ScriptedActivities(resolved).on('proveRemotes', canary, (call) =>
      call === 1 ? fail('injection-missing', 'a probe Pod came back without istio-proxy') : undefined,
    );
    const { handle, reaches } = await startScripted(script);
    const parked = await reaches(canary, 'NeedsAttention');
    expect(parked.attention).toMatchObject({ code: 'injection-missing' });
    expect(script.count('prepareNamespace', rest)).toBe(0);
    await handle.executeUpdate(Message.retry, { args: [{ cluster: canary }] });
    expect(await handle.result()).toMatchObject({ succeeded: 2 });
    expect(script.count('proveRemotes', canary)).toBe(2);
  });
});

describe('a retry', () => {
  test('of a rollout whose primary does not answer looks at once', async () => {
    const resolved = resolvedRollout({ remotes: 1 });
    const hub = resolved.primary.cluster;
    let isUp = false;
    const script = new ScriptedActivities(resolved).on('inspectClusters', hub, (call) => {
      if (isUp) return inspection(hub);
      // The second inspection is the one that waits for the API server; it heartbeats no more.
      return call === 1
        ? inspection(hub, { unreachable: true, findings: [blocking('cluster-unreachable', hub)] })
        : fail('api-unavailable');
    });
    const { handle, becomes } = await startScripted(script);
    expect((await becomes('NeedsAttention')).attention?.code).toBe('cluster-unreachable');
    isUp = true;
    await handle.executeUpdate(Message.retry, { args: [{ code: 'cluster-unreachable', by: 'ada' }] });
    expect(await handle.result()).toMatchObject({ succeeded: 1 });
  });

  test('is not needed by a rollout whose primary answers again', async () => {
    const resolved = resolvedRollout({ remotes: 1 });
    const hub = resolved.primary.cluster;
    const script = new ScriptedActivities(resolved).on('inspectClusters', hub, (call) => {
      if (call === 1)
        return inspection(hub, { unreachable: true, findings: [blocking('cluster-unreachable', hub)] });
      return call < 4 ? fail('api-unavailable') : inspection(hub);
    });
    const { handle, progress } = await startScripted(script);
    expect(await handle.result()).toMatchObject({ succeeded: 1 });
    expect((await progress()).attention).toBeUndefined();
  });
});

describe('updates from the Temporal UI and CLI', () => {
  test('are refused where they would do what nobody meant', async () => {
    const resolved = resolvedRollout({ remotes: 2, maxFailures: 2 });
    const [one, two] = resolved.remotes.map(({ cluster }) => cluster) as [string, string];
    const script = new ScriptedActivities(resolved)
      .on('installRemote', one, (call) => (call === 1 ? fail('field-conflict') : undefined))
      .on('installRemote', two, (call) => (call === 1 ? fail('field-conflict') : undefined));
    const { handle, reaches } = await startScripted(script);
    await Promise.all([one, two].map((name) => reaches(name, 'NeedsAttention')));
    for (const input of [{}, null, { clusters: one }, undefined]) {
      const { type } = await refusal(handle.executeUpdate(Message.skip, { args: [input] }));
      expect(type).toBe('decision-invalid');
    }
    const { type, message } = await refusal(
      handle.executeUpdate(Message.approve, { args: [{ wave: 'canry' }] }),
    );
    expect([type, message]).toEqual(['decision-invalid', expect.stringContaining('canry')]);
    await handle.executeUpdate(Message.retry, { args: [null] });
    expect(await handle.result()).toMatchObject({ succeeded: 2 });
  });
});

describe('what is decided', () => {
  test('about a finding does not start a workflow again that somebody has ended', async () => {
    const resolved = resolvedRollout({ remotes: 2, maxFailures: 2 });
    const [ended, held] = resolved.remotes.map(({ cluster }) => cluster) as [string, string];
    const stuck = gate();
    const script = new ScriptedActivities(resolved)
      .on('installRemote', ended, (call) => (call === 1 ? stuck.wait() : undefined))
      .on('inspectClusters', held, () =>
        inspection(held, { findings: [blocking('kubernetes-version-unsupported', held)] }),
      );
    const { handle, reaches, client, cluster } = await startScripted(script);
    await reaches(held, 'NeedsAttention');
    await until('the other is at work', () => script.count('installRemote', ended) === 1);
    await client.workflow.getHandle(clusterWorkflowId(ended)).terminate('test');
    await reaches(ended, 'NeedsAttention');
    stuck.release();
    await handle.executeUpdate(Message.accept, {
      // The second never blocks: to accept it is to silence it.
      args: [{ codes: ['kubernetes-version-unsupported', 'injection-unproven'] }],
    });
    await reaches(held, 'Succeeded');
    expect((await cluster(ended))?.attention?.code).toBe('cluster-workflow-ended');
    await handle.executeUpdate(Message.retry, { args: [{ cluster: ended }] });
    expect(await handle.result()).toMatchObject({ succeeded: 2 });
  });

  test('about the strategy before the document is resolved goes before the document', async () => {
    const resolved = resolvedRollout({ remotes: 3 });
    const names = resolved.remotes.map(({ cluster }) => cluster);
    const document = gate();
    const busy = new Set<string>();
    let most = 0;
    const script = new ScriptedActivities(resolved).on('resolve', '-', async () => {
      await document.wait();
      return resolved;
    });
    for (const name of names) {
      script.on('prepareNamespace', name, () => {
        most = Math.max(most, busy.add(name).size);
      });
      script.on('verifyInjection', name, () => void busy.delete(name));
    }
    const { handle } = await startScripted(script);
    await until('the document is read', () => script.count('resolve', '-') === 1);
    await handle.executeUpdate(Message.set, { args: [{ maxConcurrency: 1 }] });
    document.release();
    expect(await handle.result()).toMatchObject({ succeeded: 3 });
    expect(most).toBe(1);
  });
});
