import { TASK_QUEUE } from '../rollout/names.js';
import type { TemporalAccess } from './connection.js';
import { TemporalError } from './temporal-error.js';
import { versionName } from './version-name.js';

const TIMEOUT_MS = 3_000;
/** A poll of a worker lasts up to a minute; what has not polled for longer than that is gone. */
const POLLED_WITHIN_MS = 70_000;

/** Whether rollouts can be started and get on. */
export interface Readiness {
  readonly temporal: 'ok' | 'unavailable';
  /** `none` is noticed up to about a minute after the last worker died. */
  readonly worker: 'polls' | 'none' | 'unknown';
  /** What is wrong and what to do, when something is. */
  readonly message?: string;
}

/** Asks Temporal whether it is there and whether a worker takes new rollouts. Never throws. */
export async function readiness(access: TemporalAccess): Promise<Readiness> {
  try {
    const missing = await access.call(TIMEOUT_MS, () => missingWorkers(access));
    if (missing === undefined) return { temporal: 'ok', worker: 'polls' };
    const { message, action } = new TemporalError('worker-missing', missing);
    return { temporal: 'ok', worker: 'none', message: `${message} ${action}` };
  } catch (error) {
    const text = error instanceof TemporalError ? `${error.message} ${error.action}` : String(error);
    return { temporal: 'unavailable', worker: 'unknown', message: text };
  }
}

/** Why no worker takes new rollouts, which go to workers of the current version; undefined when one does. */
async function missingWorkers(access: TemporalAccess): Promise<string | undefined> {
  const answer = await access.client.workflowService.describeTaskQueue({
    namespace: access.target.namespace,
    taskQueue: { name: TASK_QUEUE },
    // TASK_QUEUE_TYPE_WORKFLOW of Temporal's API: a worker polls for both or for none.
    taskQueueType: 1,
  });
  const oldest = Date.now() - POLLED_WITHIN_MS;
  const polling = (answer.pollers ?? []).filter(
    (poller) => Number(poller.lastAccessTime?.seconds?.toString() ?? 0) * 1000 >= oldest,
  );
  const current = versionName(answer.versioningInfo?.currentDeploymentVersion);
  const versions = polling.map(({ deploymentOptions: options }) =>
    options?.workerVersioningMode === VERSIONED ? versionName(options) : undefined,
  );
  if (versions.includes(current)) return undefined;
  if (versions.length === 0) return `No worker polls the task queue ${TASK_QUEUE}.`;
  const others = [...new Set(versions)].map((version) => version ?? 'no version').join(', ');
  const which = current === undefined ? 'no version is current' : `the current version is ${current}`;
  return `No worker takes new rollouts from the task queue ${TASK_QUEUE}: ${which}, and only workers of ${others} poll.`;
}

/** `WORKER_VERSIONING_MODE_VERSIONED` of Temporal's API. */
const VERSIONED = 2;
