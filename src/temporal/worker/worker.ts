import { hostname } from 'node:os';
import type { DataConverter, WorkerDeploymentVersion } from '@temporalio/common';
import { type ActivityInterceptorsFactory, type NativeConnection, Worker } from '@temporalio/worker';
import { TASK_QUEUE } from '../../rollout/names.js';
import { activityLogFields } from './activity-log-fields.js';

export interface WorkerSettings {
  readonly connection: NativeConnection;
  readonly namespace: string;
  /** A bundle built ahead, as in production; or the source file of the workflows, bundled at start, as in tests. */
  readonly workflows: { readonly bundle: string } | { readonly source: string };
  /** Activities by name. */
  readonly activities: object;
  /** The converter of the clients; with a codec the bundle must have its failure converter. */
  readonly dataConverter?: DataConverter;
  /** How many activities run at once. */
  readonly maxActivities: number;
  /** Sees every attempt of an activity, for metrics. */
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
 * The SDK ends a workflow in the middle that computes for longer than 5 s, which is less than a workflow task has; with it
 * goes the whole process ("async hook stack has become corrupted", Node 20.20). The option is none of WorkerOptions, but is
 * taken (sdk-typescript 1.23, packages/worker/src/worker-options.ts, compileWorkerOptions).
 */
const UNDOCUMENTED: object = { isolateExecutionTimeout: '1 minute' };

/** How the worker calls itself: what the Temporal UI shows beside every task that it did. */
export function workerIdentity(): string {
  return `mesh-rollout-worker ${process.pid}@${hostname()}`;
}

/**
 * A worker for the workflows and activities of rollouts; it polls after `run()`.
 * On shutdown activities get 30 s to end by themselves, then they are cancelled; after 60 s the worker stops anyway.
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
    // A cancellation reaches an activity with the answer to a heartbeat; the SDK's own throttle would keep
    // heartbeats back for most of the heartbeat timeout.
    maxHeartbeatThrottleInterval: '2s',
    defaultHeartbeatThrottleInterval: '2s',
  });
}
