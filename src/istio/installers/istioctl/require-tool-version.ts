import { RolloutError } from '../../../rollout/rollout-error.js';
import type { Istioctl } from './istioctl.js';
import type { Istioctls } from './istioctls.js';

/**
 * Returns the istioctl of a rollout's release, with the version with which the rollout began. Workers of two versions on
 * one task queue would give clusters of one mesh different versions, and restart istiod in turn.
 *
 * @throws RolloutError `tool-version-differs`, which is retried, so that another worker can take the step
 */
export async function requireToolVersion(
  istioctls: Istioctls,
  { release, toolVersion }: { readonly release: string; readonly toolVersion?: string },
): Promise<Istioctl> {
  const istioctl = await istioctls.find(release);
  if (toolVersion === undefined) return istioctl;
  const version = await istioctl.version();
  if (version === toolVersion) return istioctl;
  const message = `the istioctl of this worker is ${version}; the rollout began with ${toolVersion}`;
  throw new RolloutError('tool-version-differs', message);
}
