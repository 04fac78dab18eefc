import type { Clusters } from '../../kubernetes/connection/clusters.js';
import { applyManifests } from '../apply/apply-manifests.js';
import type { Site } from './site.js';
import type { StepContext } from './step-context.js';

/**
 * Returns the site of a rollout's step: the clusters themselves.
 *
 * @param names of the primary and of the step's cluster; without one the step is about the primary
 * @throws RolloutError `cluster-not-usable`, `inventory-invalid`
 */
export async function liveSite(
  clusters: Clusters,
  names: { readonly cluster?: string; readonly primary: string },
  step: StepContext,
): Promise<Site> {
  const [cluster, primary] = await Promise.all([
    clusters.get(names.cluster ?? names.primary),
    clusters.get(names.primary),
  ]);
  return {
    step,
    clusters,
    cluster,
    primary,
    attempt: (work) => work(),
    apply: (manifests) => applyManifests(cluster, manifests, step.signal),
    settle: (work) => work(),
    note: () => {},
  };
}
