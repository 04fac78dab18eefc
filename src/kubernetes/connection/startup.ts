import { pause } from '../../base/concurrency/pause.js';
import type { HttpAnswer } from '../client/read-answer.js';

const PAUSE_MS = 200;
/**
 * An API server needs some tenths of a second. A caller that may not read /readyz learns of a refusal this much
 * later.
 */
const PATIENCE_MS = 5_000;

/**
 * Waits until an API server that refused a request says that it is ready. While it starts, an API server answers
 * before it has read the RBAC rules. Until then it refuses everything, including /version and /readyz (seen with
 * Kubernetes 1.34.4 for up to 0.3 s), with the same message as for a missing permission. Only /readyz distinguishes
 * the two, later.
 *
 * @param askReady sends `GET /readyz`
 * @returns its last status: 200 once it is ready, otherwise the status after 5 s
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
