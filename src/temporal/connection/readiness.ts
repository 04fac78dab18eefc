import { describeTaskQueue, whyNoWorker } from '../worker/pollers.js';
import type { TemporalAccess } from './connection.js';
import { TemporalError } from './temporal-error.js';

const TIMEOUT_MS = 3_000;

/** Whether rollouts can be started and make progress. */
export interface TemporalReadiness {
  readonly temporal: 'ok' | 'unavailable';
  /** `none` is reported up to about a minute after the last worker died. */
  readonly worker: 'polls' | 'none' | 'unknown';
  /** What is wrong and what to do, if something is wrong. */
  readonly message?: string;
}

/** Returns whether Temporal answers and whether a worker takes new rollouts. Never throws. */
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
