import { hostname } from 'node:os';
import type { DataConverter, WorkerDeploymentVersion } from '@temporalio/common';
import { type ActivityInterceptorsFactory, type NativeConnection, Worker } from '@temporalio/worker';
import { TASK_QUEUE } from '../../rollout/names.js';
import { activityLogFields } from './activity-log-fields.js';

export interface WorkerSettings {
  readonly connection: NativeConnection;
  readonly namespace: string;
  /**
   * A bundle built in advance, as in production, or the source file of the workflows, bundled at start, as in tests.
   */
  readonly workflows: { readonly bundle: string } | { readonly source: string };
  /** Activities by name. */
  readonly activities: object;
  /** The converter of the clients. With a codec, the bundle must contain its failure converter. */
  readonly dataConverter?: DataConverter;
  /** How many activities run at the same time. */
  readonly maxActivities: number;
  /** Intercepts every attempt of an activity, for metrics. */
  readonly observer?: ActivityInterceptorsFactory;
  /**
   * The Worker Deployment Version of the workflow code: a workflow then stays with workers of the version that it
   * began with. Absent: the worker is not versioned.
   */
  readonly version?: WorkerDeploymentVersion;
  /** @default {@link TASK_QUEUE} */
  readonly taskQueue?: string;
}

/**
 * The SDK interrupts a workflow that computes for longer than 5 s, which is less than the time of a workflow task.
 * The interruption ends the whole process ("async hook stack has become corrupted", Node 20.20). The option is not in
 * WorkerOptions, but the SDK reads it (sdk-typescript 1.23, packages/worker/src/worker-options.ts,
 * compileWorkerOptions).
 */
const UNDOCUMENTED: object = { isolateExecutionTimeout: '1 minute' };

/** Returns the identity of the worker, which the Temporal UI shows beside every task that it ran. */
export function workerIdentity(): string {
  return `mesh-rollout-worker ${process.pid}@${hostname()}`;
}

/**
 * Returns a worker for the workflows and activities of rollouts. It polls after `run()`. On shutdown, activities have
 * 30 s to finish, then they are cancelled; after 60 s the worker stops in any case.
 */
export async function createWorker(settings: WorkerSettings): Promise<Worker> {
  return Worker.create({
    connection: settings.connection,
    namespace: settings.namespace,
    taskQueue: settings.taskQueue ?? TASK_QUEUE,
    identity: workerIdentity(),
    activities: settings.activities,
    interceptors: { activity: [activityLogFields, ...(settings.observer ? [settings.observer] : [])] },
    ...(settings.dataConverter && { dataConverter: settings.dataConverter }),
    ...('bundle' in settings.workflows
      ? { workflowBundle: { codePath: settings.workflows.bundle } }
      : { workflowsPath: settings.workflows.source }),
    ...(settings.version && {
      workerDeploymentOptions: {
        version: settings.version,
        useWorkerVersioning: true,
        defaultVersioningBehavior: 'PINNED',
      },
    }),
    ...UNDOCUMENTED,
    maxConcurrentActivityTaskExecutions: settings.maxActivities,
    shutdownGraceTime: '30s',
    shutdownForceTime: '60s',
    // A cancellation reaches an activity with the response to a heartbeat. The SDK's own throttle would delay
    // heartbeats for most of the heartbeat timeout.
    maxHeartbeatThrottleInterval: '2s',
    defaultHeartbeatThrottleInterval: '2s',
  });
}
