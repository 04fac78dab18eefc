import type { Client } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ActivityDependencies } from '../../activities/dependencies.js';
import { claimCluster } from '../../activities/locks/claim-cluster.js';
import { followClusters } from '../../activities/locks/follow-clusters.js';
import { ensureTools } from '../../lab/tools/tools.js';
import type { Activities } from '../../src/rollout/activities.js';
import { clusterWorkflowId, Message, rolloutWorkflowId, SearchAttribute } from '../../src/rollout/names.js';
import type { RolloutProgress } from '../../src/rollout/progress/progress.js';
import { until } from '../support/wait.js';
import { startWorker } from '../support/workflows/workflows.js';
import { resolvedRollout } from './resolved-rollout.js';
import {
  blocking,
  fail,
  gate,
  inspection,
  ScriptedActivities,
  untilCancelled,
} from './scripted-activities.js';

/** Temporal that asks for continue-as-new after this many events; it does so after 4096 where nobody has set it. */
const SUGGESTED_AFTER = 60;
const STEPS = [
  'prepareNamespace',
  'installRemote',
  'registerRemote',
  'activateInjection',
  'verifyRemote',
  'labelNamespaces',
  'verifyInjection',
] as const;

let temporal: TestWorkflowEnvironment;
const open: Awaited<ReturnType<typeof startWorker>>[] = [];

beforeAll(async () => {
  const tools = await ensureTools({ names: ['temporal'] });
  temporal = await TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path: tools.temporal },
      extraArgs: [
        `--dynamic-config-value=limit.historyCount.suggestContinueAsNew=${SUGGESTED_AFTER}`,
        ...Object.values(SearchAttribute).map((name) => `--search-attribute=${name}=Keyword`),
      ],
    },
  });
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((worker) => worker.close()));
});
afterAll(() => temporal.teardown());

/** The scripted activities, but those that ask Temporal are the real ones. */
function withReal(script: ScriptedActivities) {
  return (client: Client): Activities => {
    const dependencies = { temporalClient: async () => client } as ActivityDependencies;
    const real = { claimCluster: claimCluster(dependencies), followClusters: followClusters(dependencies) };
    return { ...script.build(), ...real };
  };
}

async function start(script: ScriptedActivities) {
  const worker = await startWorker(withReal(script), temporal.address);
  open.push(worker);
  const { mesh } = script.resolved;
  const first = await worker.start(mesh);
  // Without a run ID: the newest run, whichever that is.
  const handle = worker.client.workflow.getHandle(rolloutWorkflowId(mesh));
  const progress = () => handle.query<RolloutProgress>(Message.progress);
  const is = (name: string, status: string, code?: string) =>
    until(`${name} is ${status}`, async () => {
      const found = (await progress()).clusters.find((each) => each.cluster === name);
      return found?.status === status && (code === undefined || found.attention?.code === code);
    });
  const runs = async () => {
    const found = worker.client.workflow.list({ query: `WorkflowId = '${rolloutWorkflowId(mesh)}'` });
    const all: string[] = [];
    for await (const run of found) all.push(run.status.name);
    return all;
  };
  /** Makes the history grow by decisions until Temporal asks for a new run; then the rollout is left in peace. */
  const stillRunning = async (decide: () => Promise<unknown>) => {
    const before = (await runs()).length;
    await until('the rollout has gone on in a new run', async () => {
      // Temporal tells with the start of a workflow task, so one more has to come behind that length.
      if ((await handle.describe()).historyLength < SUGGESTED_AFTER + 10) await decide();
      return (await runs()).length > before;
    });
  };
  return { ...worker, first, handle, progress, is, runs, stillRunning };
}

describe('a rollout whose history grows long', () => {
  test('goes on in new runs and loses nothing: work, gates, decisions, people who wait', async () => {
    const resolved = resolvedRollout({
      remotes: 6,
      maxConcurrency: 2,
      maxFailures: 1,
      waves: [
        { name: 'canary', approval: 'after', minSuccessTimeMs: 1_000 },
        ...['b', 'c', 'd', 'e', 'f'].map((name) => ({ name })),
      ],
    });
    const [canary, parked, slow, ...others] = resolved.remotes.map(({ cluster }) => cluster) as string[];
    if (!canary || !parked || !slow) throw new Error('three remotes at least');
    const slowStep = gate();
    const script = new ScriptedActivities(resolved)
      .on('installRemote', parked, (call) => (call === 1 ? fail('field-conflict') : undefined))
      .on('verifyRemote', slow, () => slowStep.wait());
    const { handle, progress, is, runs, stillRunning, first } = await start(script);

    await until(
      'the canary waits for approval',
      async () => (await progress()).waves[0]?.status === 'NeedsAttention',
    );
    await handle.executeUpdate(Message.approve, { args: [{ by: 'ada' }] });
    await handle.executeUpdate(Message.set, { args: [{ by: 'ada', maxConcurrency: 3 }] });
    await is(parked, 'NeedsAttention', 'field-conflict');
    // The slow one keeps its wave, and the later ones, from starting; decisions make the history grow meanwhile.
    await until('the slow one is at work', () => script.count('verifyRemote', slow) === 1);
    await stillRunning(async () => {
      await handle.executeUpdate(Message.pause, { args: [{ by: 'ada', reason: 'coffee' }] });
      await handle.executeUpdate(Message.resume, { args: [{ by: 'ada' }] });
    });
    expect(await progress()).toMatchObject({ rolloutId: first.firstExecutionRunId, status: 'Running' });
    await handle.executeUpdate(Message.retry, { args: [{ cluster: parked, by: 'ada' }] });
    slowStep.release();

    expect(await handle.result()).toMatchObject({ status: 'Succeeded', succeeded: 6, skipped: [] });
    const end = await progress();
    expect(end.waves.map(({ status }) => status)).toEqual(Array(6).fill('Succeeded'));
    expect(end.audit.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['approve', 'set', 'retry']),
    );
    for (const cluster of [canary, parked, slow, ...others]) {
      const expected = (step: string) => (cluster === parked && step === 'installRemote' ? 2 : 1);
      for (const step of STEPS)
        expect([cluster, step, script.count(step, cluster)]).toEqual([cluster, step, expected(step)]);
    }
    expect(script.mostAtOnce).toBeLessThanOrEqual(3);
    const all = await runs();
    expect(all.filter((status) => status === 'CONTINUED_AS_NEW').length).toBe(all.length - 1);
  });

  test('notices when the workflow of a cluster that an earlier run has started is terminated', async () => {
    const resolved = resolvedRollout({ remotes: 1 });
    const [{ cluster }] = resolved.remotes as [{ cluster: string }];
    const stuck = gate();
    const script = new ScriptedActivities(resolved).on('installRemote', cluster, (call) =>
      call === 1 ? stuck.wait() : undefined,
    );
    const { handle, is, stillRunning, client } = await start(script);
    await until('the remote is at work', () => script.count('installRemote', cluster) === 1);
    await stillRunning(() => handle.executeUpdate(Message.set, { args: [{ maxFailures: 1 }] }));
    await client.workflow.getHandle(clusterWorkflowId(cluster)).terminate('test');
    await is(cluster, 'NeedsAttention', 'cluster-workflow-ended');
    stuck.release();
    // What waits in the rollout's own workflow waits on in its next run.
    await stillRunning(() => handle.executeUpdate(Message.set, { args: [{ maxFailures: 1 }] }));
    await is(cluster, 'NeedsAttention', 'cluster-workflow-ended');
    await handle.executeUpdate(Message.retry, { args: [{ cluster }] });
    expect(await handle.result()).toMatchObject({ succeeded: 1 });
  });

  test('still holds a remote of a later wave that the checks have not let pass', async () => {
    const resolved = resolvedRollout({ remotes: 2, waves: [{ name: 'canary' }, { name: 'rest' }] });
    const [canary, later] = resolved.remotes.map(({ cluster }) => cluster) as [string, string];
    const work = gate();
    const script = new ScriptedActivities(resolved)
      .on('installRemote', canary, () => work.wait())
      .on('inspectClusters', later, () =>
        inspection(later, { findings: [blocking('root-certificate-elsewhere', later)] }),
      );
    const { handle, is, stillRunning } = await start(script);
    await until('the canary is at work', () => script.count('installRemote', canary) === 1);
    await stillRunning(() => handle.executeUpdate(Message.set, { args: [{ maxFailures: 0 }] }));
    work.release();
    await is(later, 'NeedsAttention', 'root-certificate-elsewhere');
    expect(script.count('prepareNamespace', later)).toBe(0);
    await handle.executeUpdate(Message.skip, { args: [{ cluster: later }] });
    expect(await handle.result()).toMatchObject({ succeeded: 1, skipped: [later] });
  });

  describe('with a remote that a check holds', () => {
    /** One remote is held, the other is at work for as long as the test wants. */
    async function held() {
      const resolved = resolvedRollout({ remotes: 2, maxFailures: 2 });
      const [waits, atWork] = resolved.remotes.map(({ cluster }) => cluster) as [string, string];
      const work = gate();
      const check = { isMended: false, before: () => Promise.resolve() };
      const script = new ScriptedActivities(resolved)
        .on('installRemote', atWork, () => work.wait())
        .on('inspectClusters', waits, async () => {
          await check.before();
          return inspection(waits, {
            findings: check.isMended ? [] : [blocking('permission-missing', waits)],
          });
        });
      const started = await start(script);
      await started.is(waits, 'NeedsAttention', 'permission-missing');
      await until('the other is at work', () => script.count('installRemote', atWork) === 1);
      const { handle } = started;
      const stillRunning = () =>
        started.stillRunning(() => handle.executeUpdate(Message.set, { args: [{ maxFailures: 2 }] }));
      return { ...started, stillRunning, waits, work, check };
    }

    test('looks at it again at the first retry', async () => {
      const { handle, stillRunning, is, waits, work, check } = await held();
      await stillRunning();
      await is(waits, 'NeedsAttention', 'permission-missing');
      check.isMended = true;
      await handle.executeUpdate(Message.retry, { args: [{ cluster: waits, by: 'ada' }] });
      await is(waits, 'Succeeded');
      work.release();
      expect(await handle.result()).toMatchObject({ succeeded: 2 });
    });

    test('takes a skip that comes before the new run has come to it', async () => {
      const { handle, stillRunning, is, waits, work, check } = await held();
      const looks = gate();
      check.before = () => looks.wait();
      await stillRunning();
      await handle.executeUpdate(Message.skip, { args: [{ cluster: waits, by: 'ada' }] });
      await is(waits, 'Skipped');
      looks.release();
      work.release();
      expect(await handle.result()).toMatchObject({ succeeded: 1, skipped: [waits] });
    });
  });

  test('is aborted as a whole after it', async () => {
    const resolved = resolvedRollout({ remotes: 2, maxConcurrency: 1 });
    const [first] = resolved.remotes.map(({ cluster }) => cluster) as [string];
    const script = new ScriptedActivities(resolved).on('installRemote', first, untilCancelled);
    const { handle, progress, stillRunning, client } = await start(script);
    await until('the first is at work', () => script.count('installRemote', first) === 1);
    await stillRunning(() => handle.executeUpdate(Message.set, { args: [{ maxFailures: 1 }] }));
    await handle.executeUpdate(Message.abort, { args: [{ by: 'ada' }] });
    expect(await handle.result()).toMatchObject({ status: 'Aborted' });
    expect((await progress()).clusters.slice(1).map(({ status }) => status)).toEqual(['Aborted', 'Aborted']);
    const child = await client.workflow.getHandle(clusterWorkflowId(first)).describe();
    expect(child.status.name).toBe('CANCELLED');
  });
});

describe('a rollout that is reset', () => {
  /** Resets the newest run to the end of its n-th workflow task (from 1). */
  async function reset(client: Client, workflowId: string, task: 'first' | 'last') {
    const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
    const tasks = (events ?? []).filter((event) => event.workflowTaskCompletedEventAttributes);
    const point = task === 'first' ? tasks[0] : tasks.at(-1);
    await client.workflowService.resetWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId },
      reason: 'test',
      requestId: crypto.randomUUID(),
      workflowTaskFinishEventId: point?.eventId ?? null,
    });
  }

  test.each(['first', 'last'] as const)(
    'to its %s workflow task goes on with the clusters that are at work',
    async (task) => {
      const resolved = resolvedRollout({ remotes: 2 });
      const [quick, slow] = resolved.remotes.map(({ cluster }) => cluster) as [string, string];
      const slowStep = gate();
      const script = new ScriptedActivities(resolved)
        .on('installRemote', quick, () => slowStep.wait())
        .on('installRemote', slow, () => slowStep.wait());
      const { handle, first, client, progress } = await start(script);
      await until('both are at work', () =>
        [quick, slow].every((name) => script.count('installRemote', name) === 1),
      );
      await reset(client, rolloutWorkflowId(resolved.mesh), task);
      await until('the new run has come to the clusters', async () => {
        const { clusters } = await progress();
        return clusters.length === 3 && clusters.slice(1).every(({ status }) => status === 'Running');
      });
      slowStep.release();
      expect(await handle.result()).toMatchObject({ status: 'Succeeded', succeeded: 2 });
      expect((await progress()).rolloutId).toBe(first.firstExecutionRunId);
      for (const cluster of [quick, slow]) {
        for (const step of STEPS)
          expect([cluster, step, script.count(step, cluster)]).toEqual([cluster, step, 1]);
      }
    },
  );

  test('to before a cluster was started starts it again when it was done, and none twice at once', async () => {
    const resolved = resolvedRollout({ remotes: 2 });
    const [done, slow] = resolved.remotes.map(({ cluster }) => cluster) as [string, string];
    const slowStep = gate();
    const script = new ScriptedActivities(resolved).on('installRemote', slow, () => slowStep.wait());
    const { handle, client, is } = await start(script);
    await is(done, 'Succeeded');
    await until('the other is at work', () => script.count('installRemote', slow) === 1);
    await reset(client, rolloutWorkflowId(resolved.mesh), 'first');
    await until('the first is done again', () => script.count('verifyInjection', done) === 2);
    slowStep.release();
    expect(await handle.result()).toMatchObject({ status: 'Succeeded', succeeded: 2 });
    expect(STEPS.map((step) => script.count(step, slow))).toEqual(STEPS.map(() => 1));
  });
});
