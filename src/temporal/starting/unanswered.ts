import { rolloutWorkflowId } from '../../rollout/names.js';
import type { TemporalAccess } from '../connection/connection.js';
import { TemporalError } from '../connection/temporal-error.js';
import { describeTaskQueue, whyNoWorkerOf } from '../worker/pollers.js';
import { versionName } from '../worker/version-name.js';

const TIMEOUT_MS = 3_000;

/**
 * Returns the error for a rollout that has not accepted a decision in time: `worker-missing` when no worker of its
 * version runs, otherwise `decision-unanswered`. In both cases Temporal may still deliver the decision.
 *
 * A dead worker is noticed up to a minute after it died.
 *
 * @param waitedMs how long the rollout had, in milliseconds
 * @throws the errors of {@link TemporalAccess.call}, when Temporal itself does not answer
 */
export async function whyUnanswered(
  access: TemporalAccess,
  mesh: string,
  update: string,
  waitedMs: number,
): Promise<TemporalError> {
  const handle = access.client.workflow.getHandle(rolloutWorkflowId(mesh));
  const [described, queue] = await Promise.all([
    access.call(TIMEOUT_MS, () => handle.describe()),
    describeTaskQueue(access, TIMEOUT_MS),
  ]);
  const version = versionName(described.raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion);
  const missing = whyNoWorkerOf(version, queue, Date.now());
  const within = `within ${waitedMs / 1000} s`;
  return missing === undefined
    ? new TemporalError(
        'decision-unanswered',
        `The rollout of mesh ${mesh} has not accepted the ${update} ${within}, although workers run. It may still accept it.`,
      )
    : new TemporalError(
        'worker-missing',
        `No worker accepted the ${update} for mesh ${mesh} ${within}. It may still be accepted when a worker runs again. ${missing}`,
      );
}
