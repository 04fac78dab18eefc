import { inBatches } from '../../base/concurrency/batches.js';
import type { InspectFacts, InspectInput } from '../activities.js';
import { mergeValues } from '../document/merge-values.js';
import type { ResolvedRollout, Values } from '../resolve/resolved.js';

/** The number of clusters per `inspectClusters`. The result stays far below the size at which Temporal warns. */
const BATCH = 25;

/** Returns the input of `inspectClusters` for some clusters of a rollout. */
export function inspectInput(resolved: ResolvedRollout, clusters: readonly string[]): InspectInput {
  const { mesh, primary, release, installer, toolVersion, revision, istioNamespace, meshID } = resolved;
  return {
    clusters: clusters.map((cluster) => ({
      cluster,
      role: cluster === primary.cluster ? 'primary' : 'remote',
    })),
    mesh,
    primary: primary.cluster,
    release,
    installer,
    ...(toolVersion !== undefined && { toolVersion }),
    revision,
    istioNamespace,
    meshID,
    network: resolved.network,
    namespaces: resolved.namespaces,
    facts: factsOf(mergeValues(resolved.values, primary.values)),
  };
}

/**
 * Returns the facts in the values of Istio. Istio treats values below `pilot` like top-level ones, and the reverse.
 */
function factsOf(values: Values): InspectFacts {
  const trustDomain = at(values, 'meshConfig', 'trustDomain');
  const cni = [
    at(values, 'pilot', 'cni', 'enabled'),
    at(values, 'cni', 'enabled'),
    at(values, 'istio_cni', 'enabled'),
  ];
  return {
    ...(typeof trustDomain === 'string' && { trustDomain }),
    cni: cni.includes(true),
  };
}

function at(values: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    values,
  );
}

/** Returns the clusters of a rollout in the batches in which they are inspected, each with its text for the UI. */
export function inspectBatches(
  clusters: readonly string[],
): { readonly clusters: readonly string[]; readonly summary: string }[] {
  return inBatches(clusters, BATCH).map((batch) => {
    const summary =
      batch.length === 1 ? `${batch[0]} · validate` : `${batch[0]} and ${batch.length - 1} more · validate`;
    return { clusters: batch, summary };
  });
}
