import type { InspectInput } from './activities.js';
import type { ResolvedRollout } from './resolved.js';

/** Clusters of one `inspectClusters`: its result stays far below the size that Temporal warns about. */
const BATCH = 25;

/** The input of `inspectClusters` for some clusters of a rollout. */
export function inspectInput(resolved: ResolvedRollout, clusters: readonly string[]): InspectInput {
  const { mesh, primary, release, revision, istioNamespace, namespaces } = resolved;
  return {
    clusters: clusters.map((cluster) => ({
      cluster,
      role: cluster === primary.cluster ? 'primary' : 'remote',
    })),
    mesh,
    primary: primary.cluster,
    release,
    revision,
    istioNamespace,
    namespaces,
  };
}

/** The clusters of one rollout in the portions in which they are inspected, each with what the UI shows of it. */
export function inspectBatches(
  clusters: readonly string[],
): { readonly clusters: readonly string[]; readonly summary: string }[] {
  const count = Math.ceil(clusters.length / BATCH);
  return Array.from({ length: count }, (_, index) => {
    const batch = clusters.slice(index * BATCH, (index + 1) * BATCH);
    const summary =
      batch.length === 1 ? `${batch[0]} · validate` : `${batch[0]} and ${batch.length - 1} more · validate`;
    return { clusters: batch, summary };
  });
}
