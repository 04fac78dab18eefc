import { describeTaskQueue, whyNoWorker } from '../worker/pollers.js';
import type { TemporalAccess } from './connection.js';
import { TemporalError } from './temporal-error.js';

const TIMEOUT_MS = 3_000;

/** Whether rollouts can be started and get on. */
export interface TemporalReadiness {
  readonly temporal: 'ok' | 'unavailable';
  /** `none` is noticed up to about a minute after the last worker died. */
  readonly worker: 'polls' | 'none' | 'unknown';
  /** What is wrong and what to do, when something is. */
  readonly message?: string;
}

/** Asks Temporal whether it is there and whether a worker takes new rollouts. Never throws. */
export async function readiness(access: TemporalAccess): Promise<TemporalReadiness> {
  try {
    const missing = whyNoWorker(await describeTaskQueue(access, TIMEOUT_MS), Date.now());
    if (missing === undefined) return { temporal: 'ok', worker: 'polls' };
    const { message, action } = new TemporalError('worker-missing', missing);
    return { temporal: 'ok', worker: 'none', message: `${message} ${action}` };
  } catch (error) {
    const text = error instanceof TemporalError ? `${error.message} ${error.action}` : String(error);
    return { temporal: 'unavailable', worker: 'unknown', message: text };
  }
}
