import { TASK_QUEUE } from '../rollout/names.js';
import type { TemporalAccess } from './connection.js';
import { whyNoWorker } from './pollers.js';
import { TemporalError } from './temporal-error.js';

const TIMEOUT_MS = 3_000;

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
    const described = await access.call(TIMEOUT_MS, () =>
      access.client.workflowService.describeTaskQueue({
        namespace: access.target.namespace,
        taskQueue: { name: TASK_QUEUE },
        // TASK_QUEUE_TYPE_WORKFLOW of Temporal's API: a worker polls for both or for none.
        taskQueueType: 1,
      }),
    );
    const missing = whyNoWorker(described, Date.now());
    if (missing === undefined) return { temporal: 'ok', worker: 'polls' };
    const { message, action } = new TemporalError('worker-missing', missing);
    return { temporal: 'ok', worker: 'none', message: `${message} ${action}` };
  } catch (error) {
    const text = error instanceof TemporalError ? `${error.message} ${error.action}` : String(error);
    return { temporal: 'unavailable', worker: 'unknown', message: text };
  }
}
