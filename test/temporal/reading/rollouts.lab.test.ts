import { fileURLToPath } from 'node:url';
import { ApplicationFailure } from '@temporalio/common';
import { NativeConnection, type Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Endpoint } from '../../../src/base/listen.js';
import { openClient, type TemporalAccess } from '../../../src/temporal/connection/connection.js';
import { ensureSearchAttributes } from '../../../src/temporal/connection/search-attributes.js';
import type { RolloutFigures } from '../../../src/temporal/reading/rollout-figures.js';
import { createRollouts, type Rollouts } from '../../../src/temporal/reading/rollouts.js';
import { createWorker } from '../../../src/temporal/worker/worker.js';
import { serveWorkerHealth } from '../../../src/temporal/worker/worker-health.js';
import { type DevServer, startDevServer } from '../support/dev-server.js';

const WORKFLOWS = fileURLToPath(new URL('../support/workflows.ts', import.meta.url));

describe('rollouts in a real Temporal', () => {
  let server: DevServer;
  let access: TemporalAccess;
  let rollouts: Rollouts;
  let health: Endpoint | undefined;

  beforeAll(async () => {
    server = await startDevServer();
    access = openClient({ address: server.address, namespace: 'default' });
    rollouts = createRollouts(access);
  });
  afterAll(async () => {
    await access?.close();
    await server?.stop();
  });

  async function withWorker<T>(use: () => Promise<T>): Promise<T> {
    const connection = await NativeConnection.connect({ address: server.address });
    const worker: Worker = await createWorker({
      connection,
      namespace: 'default',
      workflows: { source: WORKFLOWS },
      activities: {
        installRemote: async () => {
          throw ApplicationFailure.create({
            type: 'api-unavailable',
            message: 'the API server does not answer',
          });
        },
      },
      maxActivities: 10,
    });
    try {
      health = await serveWorkerHealth(worker, 0);
      return await worker.runUntil(use);
    } finally {
      await health?.close();
      await connection.close();
    }
  }

  const start = (mesh: string, behaviour: string) =>
    rollouts.start({ mesh, document: { mesh, behaviour }, requestedBy: 'alice' });

  async function until<T>(look: () => Promise<T>, isThere: (value: T) => boolean): Promise<T> {
    for (let tries = 0; ; tries++) {
      const value = await look();
      if (isThere(value)) return value;
      if (tries > 100) throw new Error(`still ${JSON.stringify(value)}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  it('registers the search attributes once, and starts right after', async () => {
    expect(await ensureSearchAttributes(access)).toEqual([
      'MeshName',
      'ClusterName',
      'RolloutStatus',
      'RolloutStep',
      'RolloutRequestedBy',
    ]);
    expect(await ensureSearchAttributes(access)).toEqual([]);
    const started = await start('first', 'wait');
    expect(started).toMatchObject({ mesh: 'first', workflowId: 'mesh/first' });
  });

  it('refuses a second rollout of a mesh and says who holds it', async () => {
    const { rolloutId } = await start('held', 'wait');
    const again = rollouts.start({ mesh: 'held', document: {}, requestedBy: 'bob' });
    await expect(again).rejects.toMatchObject({
      code: 'rollout-running',
      holder: { mesh: 'held', rolloutId, requestedBy: 'alice', startedAt: expect.any(Number) },
    });
  });

  it('lists rollouts, newest first', async () => {
    await start('listed', 'wait');
    const items = await until(
      () => rollouts.list(10),
      (all) => all.some(({ mesh }) => mesh === 'listed'),
    );
    expect(items[0]).toMatchObject({
      mesh: 'listed',
      status: 'Running',
      execution: 'RUNNING',
      requestedBy: 'alice',
    });
    expect(await rollouts.list(1)).toHaveLength(1);
  });

  it('says that there is no such rollout', async () => {
    await expect(rollouts.get('nowhere')).rejects.toMatchObject({ code: 'rollout-not-found' });
    await expect(rollouts.retry('nowhere', { cluster: 'x' })).rejects.toMatchObject({
      code: 'rollout-not-found',
    });
  });

  it('knows the little that Temporal keeps while no worker runs', async () => {
    await start('alone', 'wait');
    const begun = Date.now();
    const view = await rollouts.get('alone');
    expect(Date.now() - begun).toBeLessThan(7_000);
    expect(view).toMatchObject({
      mesh: 'alone',
      worker: 'none',
      status: 'Running',
      requestedBy: 'alice',
      clusters: [],
    });
    await expect(rollouts.retry('alone', { cluster: 'parked' })).rejects.toMatchObject({
      code: 'worker-missing',
    });
    expect(await rollouts.readiness()).toMatchObject({ temporal: 'ok', worker: 'none' });
  });

  it('shows progress, and what a cluster is trying right now', async () => {
    const { rolloutId } = await start('busy', 'children');
    const view = await withWorker(async () => {
      const seen = await until(
        () => rollouts.get('busy'),
        ({ clusters }) => clusters[1]?.attempt?.state === 'waiting' && clusters[1].attempt.attempt >= 2,
      );
      expect(await rollouts.readiness()).toEqual({ temporal: 'ok', worker: 'polls' });
      return seen;
    });
    expect(view).toMatchObject({ rolloutId, release: '1.31', worker: 'answers', execution: 'RUNNING' });
    expect(view.clusters[1]).toMatchObject({
      cluster: 'failing',
      status: 'Running',
      step: 'install-remote',
      attempt: {
        activity: 'install-remote',
        lastError: { code: 'api-unavailable', message: 'the API server does not answer' },
        nextAttemptAt: expect.any(Number),
      },
    });
    // The worker is gone now: the clusters are those whose workflows Temporal lists.
    const blind = await rollouts.get('busy');
    expect(blind).toMatchObject({
      worker: 'none',
      clusters: [{ cluster: 'failing', role: 'remote', status: 'Running', step: 'install-remote' }],
    });
  });

  it('counts rollouts by status and parked clusters by code, and those that no worker tells about', async () => {
    await start('counted', 'wait');
    const counted = ({ rollouts: byStatus }: RolloutFigures) => (byStatus.get('Running') ?? 0) > 0;
    const blind = await until(() => rollouts.figures(), counted);
    expect(blind.withoutAnswer).toBe(blind.rollouts.get('Running'));
    expect([...blind.parkedByCode]).toEqual([]);
    const seen = await withWorker(() =>
      until(
        () => rollouts.figures(),
        (each) => each.withoutAnswer === 0,
      ),
    );
    // The smallest workflow parks its cluster without a reason, which no real one does.
    expect(seen.parkedByCode.get('internal-error')).toBe(seen.rollouts.get('Running'));
    await access.client.workflow.getHandle('mesh/counted').terminate();
    await until(
      () => rollouts.figures(),
      ({ rollouts: byStatus }) => (byStatus.get('Aborted') ?? 0) > 0,
    );
  });

  it('takes decisions, and passes on why one is refused', async () => {
    await start('asked', 'wait');
    await withWorker(async () => {
      await expect(rollouts.retry('asked', { cluster: 'stranger' })).rejects.toMatchObject({
        code: 'cluster-unknown',
        message: 'no stranger',
      });
      await expect(rollouts.skip('asked', { cluster: 'busy', by: 'bob' })).rejects.toMatchObject({
        code: 'not-waiting',
        message: 'bob: busy',
      });
      expect(await rollouts.retry('asked', { cluster: 'parked' })).toEqual({
        state: 'done',
        result: { clusters: ['parked'] },
      });
      const view = await until(
        () => rollouts.get('asked'),
        ({ execution }) => execution === 'COMPLETED',
      );
      expect(view).toMatchObject({ status: 'Succeeded', finishedAt: expect.any(Number) });
      await expect(rollouts.skip('asked', { cluster: 'parked' })).rejects.toMatchObject({
        code: 'not-waiting',
        message: 'The rollout of mesh asked has ended.',
      });
    });
  });

  it('distinguishes a decision that is being carried out from one that nobody has taken, though workers run', async () => {
    await start('slow', 'wait');
    await withWorker(async () => {
      expect(await rollouts.control('slow', 'pause', { by: 'ada' })).toEqual({ state: 'pending' });
      await expect(rollouts.control('slow', 'abort', { by: 'ada' })).rejects.toMatchObject({
        code: 'decision-unanswered',
        message: expect.stringContaining('has not accepted the abort within 10 s, although workers run'),
      });
    });
    await access.client.workflow.getHandle('mesh/slow').terminate();
  });

  it('takes no decision that is for another rollout of the mesh, also while no worker runs', async () => {
    const { rolloutId: first } = await start('again', 'wait');
    await access.client.workflow.getHandle('mesh/again').terminate();
    const { rolloutId: second } = await start('again', 'wait');
    const late = { rolloutId: first, by: 'ada' };
    for (const decision of [
      () => rollouts.control('again', 'abort', late),
      () => rollouts.control('again', 'approve', { ...late, wave: 'canary' }),
      () => rollouts.skip('again', { ...late, cluster: 'parked' }),
    ]) {
      await expect(decision()).rejects.toMatchObject({
        code: 'rollout-changed',
        message: `The decision is for rollout ${first} of mesh again, and rollout ${second} is running now.`,
      });
    }
    await withWorker(async () => {
      await expect(rollouts.retry('again', { ...late, cluster: 'parked' })).rejects.toMatchObject({
        code: 'rollout-changed',
      });
      const decision = { cluster: 'parked', rolloutId: second };
      expect(await rollouts.retry('again', decision)).toMatchObject({ state: 'done' });
    });
    await expect(rollouts.control('again', 'abort', late)).rejects.toMatchObject({
      code: 'rollout-changed',
      message: expect.stringContaining(`the last one is rollout ${second}`),
    });
    await expect(rollouts.control('again', 'abort', { rolloutId: second })).rejects.toMatchObject({
      code: 'not-waiting',
      message: 'The rollout of mesh again has ended.',
    });
    await expect(rollouts.control('nowhere', 'abort', late)).rejects.toMatchObject({
      code: 'rollout-not-found',
    });
  });

  it("says under the worker's own address whether it polls", async () => {
    await withWorker(async () => {
      const ask = async (path: string) => fetch(`http://127.0.0.1:${health?.port}${path}`);
      const ready = await until(
        () => ask('/readyz'),
        ({ status }) => status === 200,
      );
      expect(await ready.json()).toMatchObject({
        state: 'RUNNING',
        taskQueue: 'mesh-rollout',
        activities: 0,
      });
      expect((await ask('/healthz')).status).toBe(200);
      expect((await ask('/elsewhere')).status).toBe(404);
    });
  });

  it('tells why a rollout failed over its document', async () => {
    await start('bad', 'invalid');
    await withWorker(async () => {
      const view = await until(
        () => rollouts.get('bad'),
        ({ execution }) => execution === 'FAILED',
      );
      expect(view).toMatchObject({
        status: 'Aborted',
        attention: {
          code: 'document-invalid',
          message: 'the document has one problem',
          action: 'Correct it.',
        },
        problems: [{ path: 'remotes', message: 'must have at least one entry' }],
      });
    });
  });

  it('calls a rollout that was terminated from outside aborted', async () => {
    await start('ended', 'wait');
    await access.client.workflow.getHandle('mesh/ended').terminate('by hand');
    expect(await rollouts.get('ended')).toMatchObject({ status: 'Aborted', execution: 'TERMINATED' });
  });

  it('names a namespace that is missing', async () => {
    const other = openClient({ address: server.address, namespace: 'nowhere' });
    await expect(createRollouts(other).list(1)).rejects.toMatchObject({ code: 'temporal-namespace-missing' });
    await expect(createRollouts(other).get('shop')).rejects.toMatchObject({
      code: 'temporal-namespace-missing',
    });
    await other.close();
  });
});
