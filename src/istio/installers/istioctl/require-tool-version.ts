import { requireSameVersion } from '../tool-version.js';
import type { Istioctl } from './istioctl.js';
import type { Istioctls } from './istioctls.js';

/**
 * Returns the istioctl of a rollout's release, with the version with which the rollout began.
 *
 * @throws RolloutError `tool-version-differs`, which is retried, so that another worker can take the step
 */
export async function requireToolVersion(
  istioctls: Istioctls,
  { release, toolVersion }: { readonly release: string; readonly toolVersion?: string },
): Promise<Istioctl> {
  const istioctl = await istioctls.find(release);
  requireSameVersion('istioctl', await istioctl.version(), toolVersion);
  return istioctl;
}
