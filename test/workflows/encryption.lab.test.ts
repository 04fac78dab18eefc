import { randomUUID } from 'node:crypto';
import { type NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterWorkflowId, rolloutWorkflowId, WorkflowType } from '../../src/rollout/names.js';
import type { EncryptionKey } from '../../src/temporal/codec/encryption-keys.js';
import { connectWorker, openClient, type TemporalAccess } from '../../src/temporal/connection/connection.js';
import { ensureSearchAttributes } from '../../src/temporal/connection/search-attributes.js';
import { getRollout } from '../../src/temporal/reading/get-rollout.js';
import { decide } from '../../src/temporal/starting/decide.js';
import { createWorker } from '../../src/temporal/worker/worker.js';
import { until } from '../support/wait.js';
import {
  builtDataConverter,
  builtFile,
  freshKeyText,
  keysOf,
  rawHistory,
} from '../support/workflows/codec.js';
import { type DevServer, startDevServer } from '../temporal/support/dev-server.js';
import { resolvedRollout } from './resolved-rollout.js';
import { fail, ScriptedActivities } from './scripted-activities.js';

/** Stands in everything that a user would not want to be read in Temporal. */
const SECRET = 'swordfish';

describe('an encrypted rollout', () => {
  const [older, newer] = [keysOf(freshKeyText('older')), keysOf(freshKeyText('newer'))];
  const resolved = { ...resolvedRollout({ remotes: 1 }), meshID: `mesh-${SECRET}` };
  const remote = resolved.remotes[0]?.cluster ?? '';
  const script = new ScriptedActivities(resolved);
  const open: { close(): Promise<void> }[] = [];
  let target: { address: string; namespace: string };
  let plain: TemporalAccess;
  let server: DevServer;

  beforeAll(async () => {
    server = await startDevServer();
    target = { address: server.address, namespace: 'default' };
    plain = openClient(target);
    open.push(plain);
    await ensureSearchAttributes(plain);
  });
  afterAll(async () => {
    await Promise.all(open.map((each) => each.close()));
    await server?.stop();
  });

  /** A client and a worker of the production bundle, both with these keys. */
  async function withKeys(keys: readonly EncryptionKey[], activities: ScriptedActivities, taskQueue: string) {
    const dataConverter = await builtDataConverter(keys);
    const access = openClient(target, dataConverter);
    const connection: NativeConnection = await connectWorker(target);
    const bundle = keys.length > 0 ? 'workflow-bundle-encoding.js' : 'workflow-bundle.js';
    const worker = await createWorker({
      connection,
      namespace: target.namespace,
      taskQueue,
      workflows: { bundle: await builtFile(bundle) },
      activities: activities.build(),
      dataConverter,
      maxActivities: 10,
    });
    const running = worker.run();
    let isOpen = true;
    const close = async () => {
      if (!isOpen) return;
      isOpen = false;
      worker.shutdown();
      await running;
      await connection.close();
    };
    open.push(access, { close });
    return { access, dataConverter, close };
  }

  const remoteOf = async (access: TemporalAccess) =>
    (await getRollout(access, resolved.mesh)).clusters.find(({ cluster }) => cluster === remote);

  test('is read by who has the key, and by nobody else; keys change on the way', async () => {
    const taskQueue = `test-${randomUUID()}`;
    let isForbidden = false;
    let isPermitted = false;
    script.on('installRemote', remote, () => {
      if (isPermitted) return undefined;
      return fail(isForbidden ? 'permission-denied' : 'api-unavailable', `${SECRET} says no`);
    });
    const first = await withKeys(older, script, taskQueue);
    await first.access.client.workflow.start(WorkflowType.rollout, {
      workflowId: rolloutWorkflowId(resolved.mesh),
      taskQueue,
      args: [{ mesh: resolved.mesh, values: SECRET }],
      memo: { requestedBy: 'ada', note: SECRET },
      staticSummary: `summary with ${SECRET}`,
    });

    const trying = await until('the remote to have failed once', async () => {
      const { attempt } = (await remoteOf(first.access)) ?? {};
      return attempt?.lastError && attempt;
    });
    expect(trying.lastError).toEqual({ code: 'api-unavailable', message: `${SECRET} says no` });
    isForbidden = true;
    const parked = await until('the remote to be parked', async () => {
      const found = await remoteOf(first.access);
      return found?.status === 'NeedsAttention' ? found : undefined;
    });
    expect(parked.attention).toMatchObject({ code: 'permission-denied', message: `${SECRET} says no` });
    expect((await getRollout(first.access, resolved.mesh)).requestedBy).toBe('ada');

    await expect(getRollout(openWithout(await builtDataConverter([])), resolved.mesh)).rejects.toMatchObject({
      code: 'codec-key-missing',
      message: expect.stringContaining('"older"'),
    });

    await first.close();
    const second = await withKeys([...newer, ...older], script, taskQueue);
    isPermitted = true;
    await decide(second.access, resolved.mesh, 'retry', { cluster: remote, by: 'ada', reason: SECRET });
    await until('the rollout to end', async () => {
      const { execution } = await getRollout(second.access, resolved.mesh);
      return execution === 'COMPLETED' ? true : undefined;
    });
    expect((await getRollout(second.access, resolved.mesh)).status).toBe('Succeeded');

    const ids = [rolloutWorkflowId(resolved.mesh), clusterWorkflowId(remote)];
    const raw = (await Promise.all(ids.map((id) => rawHistory(plain.client, id)))).join('\n');
    const found = [SECRET, 'Encoded failure', 'older', 'newer'].filter((text) => raw.includes(text));
    expect(found).toEqual(['Encoded failure', 'older', 'newer']);

    const replayOptions = {
      workflowBundle: { codePath: await builtFile('workflow-bundle-encoding.js') },
      dataConverter: second.dataConverter,
    };
    for (const id of ids) {
      const history = await plain.client.workflow.getHandle(id).fetchHistory();
      await Worker.runReplayHistory(replayOptions, history, id);
    }
    await second.close();
  });

  test('may have begun without a codec: such histories replay with it', async () => {
    const taskQueue = `test-${randomUUID()}`;
    const began = resolvedRollout({ remotes: 1 });
    const unencrypted = new ScriptedActivities(began);
    unencrypted.on('installRemote', began.remotes[0]?.cluster ?? '', (call) =>
      call === 1 ? fail('api-unavailable', 'once') : undefined,
    );
    const running = await withKeys([], unencrypted, taskQueue);
    const handle = await running.access.client.workflow.start(WorkflowType.rollout, {
      workflowId: rolloutWorkflowId(began.mesh),
      taskQueue,
      args: [{}],
    });
    await handle.result();
    const replayOptions = {
      workflowBundle: { codePath: await builtFile('workflow-bundle-encoding.js') },
      dataConverter: await builtDataConverter(newer),
    };
    for (const id of [handle.workflowId, clusterWorkflowId(began.remotes[0]?.cluster ?? '')]) {
      const history = await plain.client.workflow.getHandle(id).fetchHistory();
      await Worker.runReplayHistory(replayOptions, history, id);
    }
    await running.close();
  });

  function openWithout(dataConverter: Awaited<ReturnType<typeof builtDataConverter>>): TemporalAccess {
    const access = openClient(target, dataConverter);
    open.push(access);
    return access;
  }
});
