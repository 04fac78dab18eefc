import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import {
  bundleWorkflowCode,
  DefaultLogger,
  NativeConnection,
  Worker,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';
import type { Activities } from '../../src/rollout/activities.js';
import { rolloutWorkflowId, WorkflowType } from '../../src/rollout/names.js';
import { useLab } from './lab.js';

let bundle: Promise<WorkflowBundleWithSourceMap> | undefined;

/** The bundle of the workflows as they are in the sources, built once. */
export function useBundle(): Promise<WorkflowBundleWithSourceMap> {
  bundle ??= bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../../workflows/index.ts', import.meta.url)),
    logger: new DefaultLogger('WARN'),
  });
  return bundle;
}

/**
 * A worker with activities of the test on a task queue of its own; ends with `close`.
 *
 * @param makeActivities made with a client, for those that ask Temporal
 * @param address of Temporal; default: the lab's
 */
export async function startWorker(makeActivities: (client: Client) => Activities, address?: string) {
  const to = { address: address ?? (await useLab()).temporal.address };
  const connection = await Connection.connect(to);
  const native = await NativeConnection.connect(to);
  const client = new Client({ connection });
  const taskQueue = `test-${randomUUID()}`;
  const worker = await Worker.create({
    connection: native,
    taskQueue,
    activities: makeActivities(client),
    workflowBundle: await useBundle(),
  });
  const running = worker.run();
  return {
    client,
    taskQueue,
    /** Starts a rollout of a mesh; the document is for the activity `resolve`, which a test scripts. */
    start: (mesh: string, document: unknown = {}) =>
      client.workflow.start(WorkflowType.rollout, {
        workflowId: rolloutWorkflowId(mesh),
        taskQueue,
        args: [document],
      }),
    async close() {
      worker.shutdown();
      await running;
      await native.close();
      await connection.close();
    },
  };
}
