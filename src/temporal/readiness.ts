import { TASK_QUEUE } from '../rollout/names.js';
import type { TemporalAccess } from './connection.js';
import { TemporalError } from './temporal-error.js';

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

/** Asks Temporal whether it is there and whether a worker polls the task queue. Never throws. */
export async function readiness(access: TemporalAccess): Promise<Readiness> {
  try {
    const polls = await access.call(TIMEOUT_MS, () => isPolled(access));
    if (polls) return { temporal: 'ok', worker: 'polls' };
    const { message, action } = new TemporalError(
      'worker-missing',
      `No worker polls the task queue ${TASK_QUEUE}.`,
    );
    return { temporal: 'ok', worker: 'none', message: `${message} ${action}` };
  } catch (error) {
    const text = error instanceof TemporalError ? `${error.message} ${error.action}` : String(error);
    return { temporal: 'unavailable', worker: 'unknown', message: text };
  }
}

async function isPolled(access: TemporalAccess): Promise<boolean> {
  const answer = await access.client.workflowService.describeTaskQueue({
    namespace: access.target.namespace,
    taskQueue: { name: TASK_QUEUE },
    // TASK_QUEUE_TYPE_WORKFLOW of Temporal's API: a worker polls for both or for none.
    taskQueueType: 1,
  });
  const oldest = Date.now() - POLLED_WITHIN_MS;
  return (answer.pollers ?? []).some(
    (poller) => Number(poller.lastAccessTime?.seconds?.toString() ?? 0) * 1000 >= oldest,
  );
}
