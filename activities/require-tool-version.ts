import type { Istioctl } from '../src/istio/render/istioctl.js';
import { RolloutError } from '../src/rollout/rollout-error.js';

/**
 * Makes sure that this worker renders with the istioctl with which the rollout began. Workers of two versions on one task
 * queue would give clusters of one mesh different versions, and restart istiod in turn.
 *
 * @throws RolloutError `tool-version-differs`, which is retried, so that another worker can take the step
 */
export async function requireToolVersion(
  istioctl: Istioctl,
  { toolVersion }: { readonly toolVersion?: string },
): Promise<void> {
  if (toolVersion === undefined) return;
  const version = await istioctl.version();
  if (version === toolVersion) return;
  const message = `the istioctl of this worker is ${version}; the rollout began with ${toolVersion}`;
  throw new RolloutError('tool-version-differs', message);
}
