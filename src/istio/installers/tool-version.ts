import { RolloutError } from '../../rollout/rollout-error.js';

/**
 * Makes sure that a tool has the version with which the rollout began. Workers of two versions on one task queue would
 * give clusters of one mesh different versions, and restart the control plane in turn.
 *
 * @param toolVersion of the rollout; undefined where the worker that began it could not ask
 * @throws RolloutError `tool-version-differs`, which is retried, so that another worker can take the step
 */
export function requireSameVersion(tool: string, version: string, toolVersion: string | undefined): void {
  if (toolVersion === undefined || version === toolVersion) return;
  const message = `the ${tool} of this worker is ${version}; the rollout began with ${toolVersion}`;
  throw new RolloutError('tool-version-differs', message);
}
