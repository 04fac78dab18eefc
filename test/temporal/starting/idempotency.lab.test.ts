import { fileURLToPath } from 'node:url';
import { NativeConnection } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openClient, type TemporalAccess } from '../../../src/temporal/connection/connection.js';
import { createRollouts, type Rollouts } from '../../../src/temporal/reading/rollouts.js';
import { createWorker } from '../../../src/temporal/worker/worker.js';
import { until } from '../../support/wait.js';
import { type DevServer, startDevServer } from '../support/dev-server.js';

const WORKFLOWS = fileURLToPath(new URL('../support/workflows.ts', import.meta.url));

describe('a start with an Idempotency-Key', () => {
  let server: DevServer;
  let access: TemporalAccess;
  let rollouts: Rollouts;

  beforeAll(async () => {
    server = await startDevServer();
    access = openClient({ address: server.address, namespace: 'default' });
    rollouts = createRollouts(access);
  });
  afterAll(async () => {
    await access?.close();
    await server?.stop();
  });

  const start = (mesh: string, idempotencyKey: string, more: object = {}, requestedBy = 'alice') =>
    rollouts.start({ mesh, document: { mesh, behaviour: 'wait', ...more }, requestedBy, idempotencyKey });

  async function runsOf(mesh: string): Promise<number> {
    return (await access.client.workflow.count(`WorkflowId = 'mesh/${mesh}'`)).count;
  }

  it('gives the rollout of the first request again while it runs, and leaves the key out of the memo', async () => {
    const first = await start('twice', 'a-key-that-is-secret');
    expect(first).toEqual({ mesh: 'twice', rolloutId: expect.any(String), workflowId: 'mesh/twice' });
    expect(await start('twice', 'a-key-that-is-secret')).toEqual({ ...first, replayed: true });
    const { memo } = await access.client.workflow.getHandle('mesh/twice').describe();
    expect(memo).toMatchObject({ requestedBy: 'alice', idempotency: { key: expect.any(String) } });
    expect(JSON.stringify(memo)).not.toContain('a-key-that-is-secret');
  });

  it('takes the same document in another order of its keys for the same', async () => {
    const first = await start('ordered', 'k', { strategy: { maxFailures: 0, maxConcurrency: 1 } });
    const again = await start('ordered', 'k', { strategy: { maxConcurrency: 1, maxFailures: 0 } });
    expect(again.rolloutId).toBe(first.rolloutId);
  });

  it('refuses the key with another document, of this mesh at once and of another as soon as it is listed', async () => {
    const { rolloutId } = await start('mine', 'k2');
    await expect(start('mine', 'k2', { release: '1.4' })).rejects.toMatchObject({
      code: 'idempotency-key-reused',
      message: expect.stringContaining(rolloutId),
    });
    await until('the rollout to be listed', async () => (await runsOf('mine')) === 1);
    await expect(start('theirs', 'k2')).rejects.toMatchObject({ code: 'idempotency-key-reused' });
    expect(await runsOf('theirs')).toBe(0);
  });

  it('keeps the keys of two people apart', async () => {
    await start('shared', 'k3');
    await expect(start('shared', 'k3', {}, 'bob')).rejects.toMatchObject({ code: 'rollout-running' });
  });

  it('gives a rollout that has ended, also when a later one holds the mesh', async () => {
    const first = await start('ended', 'k4');
    await access.client.workflow.getHandle('mesh/ended').terminate();
    expect(await start('ended', 'k4')).toEqual({ ...first, replayed: true });
    const second = await start('ended', 'k5');
    expect(second.rolloutId).not.toBe(first.rolloutId);
    await until('both to be listed', async () => (await runsOf('ended')) === 2);
    expect(await start('ended', 'k4')).toEqual({ ...first, replayed: true });
  });

  it('starts one rollout for 20 requests at once, and says so to all', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => start('rush', 'k6')));
    expect(new Set(answers.map(({ rolloutId }) => rolloutId)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    await until('the rollout to be listed', async () => (await runsOf('rush')) > 0);
    expect(await runsOf('rush')).toBe(1);
  });

  it('starts one rollout although it ends at once', async () => {
    const connection = await NativeConnection.connect({ address: server.address });
    const worker = await createWorker({
      connection,
      namespace: 'default',
      workflows: { source: WORKFLOWS },
      activities: {},
      maxActivities: 1,
    });
    try {
      await worker.runUntil(async () => {
        const meshes = Array.from({ length: 5 }, (_, index) => `brief-${index}`);
        await Promise.all(
          meshes.map(async (mesh) => {
            // A key of its own: that of another mesh would be refused as soon as that rollout is listed.
            const brief = () => start(mesh, `key-of-${mesh}`, { behaviour: 'invalid' });
            const answers = await Promise.all(Array.from({ length: 6 }, brief));
            expect(new Set(answers.map(({ rolloutId }) => rolloutId)).size).toBe(1);
          }),
        );
      });
    } finally {
      await connection.close();
    }
  });
});
