import { inBatches } from '../../base/concurrency/batches.js';
import type { InspectFacts, InspectInput } from '../activities.js';
import { mergeValues } from '../document/merge-values.js';
import type { ResolvedRollout, Values } from '../resolve/resolved.js';

/** Clusters of one `inspectClusters`: its result stays far below the size that Temporal warns about. */
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

/** Istio reads what stands below `pilot` as if it stood at the top, and the other way round. */
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

/** Returns the clusters of one rollout in the portions in which they are inspected, each with what the UI shows of it. */
export function inspectBatches(
  clusters: readonly string[],
): { readonly clusters: readonly string[]; readonly summary: string }[] {
  return inBatches(clusters, BATCH).map((batch) => {
    const summary =
      batch.length === 1 ? `${batch[0]} · validate` : `${batch[0]} and ${batch.length - 1} more · validate`;
    return { clusters: batch, summary };
  });
}
