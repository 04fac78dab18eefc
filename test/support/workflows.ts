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

/** A worker with activities of the test on a task queue of its own, against the lab's Temporal; ends with `close`. */
export async function startWorker(activities: Activities) {
  const { temporal } = await useLab();
  const connection = await Connection.connect({ address: temporal.address });
  const native = await NativeConnection.connect({ address: temporal.address });
  const taskQueue = `test-${randomUUID()}`;
  const worker = await Worker.create({
    connection: native,
    taskQueue,
    activities,
    workflowBundle: await useBundle(),
  });
  const running = worker.run();
  const client = new Client({ connection });
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
