import { pause } from '../../base/concurrency/pause.js';
import type { HttpAnswer } from '../client/read-answer.js';

const PAUSE_MS = 200;
/** It takes an API server some tenths of a second; who may not read /readyz at all learns of a refusal this much later. */
const PATIENCE_MS = 5_000;

/**
 * Waits until an API server that refused a request says that it is ready. One that starts answers before it has read
 * the RBAC rules and refuses everything until then, /version and /readyz included (seen with Kubernetes 1.34.4 for up to
 * 0.3 s), in the very words of a permission that is missing; only /readyz tells the two apart later.
 *
 * @param askReady sends `GET /readyz`
 * @returns its last answer: 200 once it is ready, else what it still was after 5 s
 */
export async function untilReady(
  askReady: () => Promise<HttpAnswer>,
  signal?: AbortSignal,
): Promise<HttpAnswer> {
  const giveUp = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await askReady();
    const mayBeStarting = answer.status === 403 || answer.status >= 500;
    if (!mayBeStarting || Date.now() + PAUSE_MS > giveUp) return answer;
    await pause(PAUSE_MS, signal);
  }
}
