import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { expect } from 'vitest';
import type { Activities } from '../../../src/rollout/activities.js';
import { planWorkflowId, rolloutWorkflowId, WorkflowType } from '../../../src/rollout/names.js';
import type { RolloutPlan } from '../../../src/rollout/plan/plan.js';
import { openClient } from '../../../src/temporal/connection/connection.js';
import { ensureSearchAttributes } from '../../../src/temporal/connection/search-attributes.js';
import { startDevServer } from '../../temporal/support/dev-server.js';
import { useLab } from '../lab.js';
import { useBundle } from './bundles.js';
import { recordHistories } from './stored-histories.js';

/** Set by `npm run record-histories`. */
const RECORD = process.env.MESH_ROLLOUT_RECORD_HISTORIES === '1';

let recordingServer: Promise<string> | undefined;

/** The lab's Temporal; for a recording, which needs nothing else of a lab, one that is up in seconds. */
async function temporalAddress(): Promise<string> {
  if (!RECORD) return (await useLab()).temporal.address;
  recordingServer ??= startDevServer().then(async ({ address }) => {
    const access = openClient({ address, namespace: 'default' });
    await ensureSearchAttributes(access);
    await access.close();
    return address;
  });
  return await recordingServer;
}

/**
 * A worker with activities of the test on a task queue of its own; ends with `close`.
 *
 * @param makeActivities made with a client, for those that ask Temporal
 * @param address of Temporal; default: the lab's
 * @param taskQueue default: one of its own
 */
export async function startWorker(
  makeActivities: (client: Client) => Activities,
  address?: string,
  taskQueue = `test-${randomUUID()}`,
) {
  const to = { address: address ?? (await temporalAddress()) };
  const connection = await Connection.connect(to);
  const native = await NativeConnection.connect(to);
  const client = new Client({ connection });
  const worker = await Worker.create({
    connection: native,
    taskQueue,
    activities: makeActivities(client),
    workflowBundle: await useBundle(),
  });
  const running = worker.run();
  const started: { workflowId: string; runId: string }[] = [];
  return {
    client,
    taskQueue,
    /** Starts a rollout of a mesh; the document is for the activity `resolve`, which a test scripts. */
    start: async (mesh: string, document: unknown = {}) => {
      const workflowId = rolloutWorkflowId(mesh);
      const handle = await client.workflow.start(WorkflowType.rollout, {
        workflowId,
        taskQueue,
        args: [document],
      });
      started.push({ workflowId, runId: handle.firstExecutionRunId });
      return handle;
    },
    /** Starts a plan; the document is for the activity `resolve`. */
    startPlan: async () => {
      const workflowId = planWorkflowId(randomUUID());
      const handle = await client.workflow.start<() => Promise<RolloutPlan>>(WorkflowType.plan, {
        workflowId,
        taskQueue,
        args: [{}] as never,
      });
      started.push({ workflowId, runId: handle.firstExecutionRunId });
      return handle;
    },
    /** Ends the worker alone. */
    async stop() {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await running;
    },
    async close() {
      const { currentTestName } = expect.getState();
      if (RECORD && currentTestName) await recordHistories(client, currentTestName, started);
      await this.stop();
      await native.close();
      await connection.close();
    },
  };
}
