import { concurrently } from '../../../base/concurrency/concurrently.js';
import type { ClusterClient } from '../../../kubernetes/client/cluster-client.js';
import {
  describeObject,
  type KubernetesObject,
  type ObjectReference,
  referenceOf,
} from '../../../kubernetes/client/objects.js';
import { ClusterError } from '../../../kubernetes/errors/cluster-error.js';
import { firstDifference } from '../../../kubernetes/merge/covers.js';
import { comparable, scaledDeployments } from './comparable.js';

/** One object that `manifest apply` would create or change. */
export interface Difference {
  readonly object: ObjectReference;
  readonly action: 'create' | 'change';
  /** In words, e.g. `Deployment istio-system/istio-citadel: spec.replicas`. */
  readonly what: string;
}

/** Requests under way at once. */
const CONCURRENCY = 4;

/**
 * Returns what `manifest apply` would create or change in a cluster, so that it runs only where there is something to do:
 * each run empties the CA of the injector webhook, and until the injector has written it again no Pod can be created in
 * labelled namespaces. Only fields that the manifests set count; not the CA of webhooks, the addresses of the control plane
 * in a remote, and the replicas of what is scaled automatically.
 *
 * @throws ClusterError; the signal's reason
 */
export async function findDifferences(
  client: ClusterClient,
  manifests: readonly KubernetesObject[],
  signal: AbortSignal,
): Promise<Difference[]> {
  const scaled = scaledDeployments(manifests);
  const found = await concurrently(manifests, CONCURRENCY, async (manifest) => {
    const live = await read(client, manifest, signal);
    const object = referenceOf(manifest);
    const name = describeObject(object);
    if (live === undefined) return { object, action: 'create' as const, what: `${name} does not exist` };
    const field = firstDifference(comparable(manifest, scaled), comparable(live, scaled));
    return field === undefined ? undefined : { object, action: 'change' as const, what: `${name}: ${field}` };
  });
  return found.filter((difference) => difference !== undefined);
}

/** One live object; undefined where it, its namespace or its kind does not exist. */
async function read(
  client: ClusterClient,
  manifest: KubernetesObject,
  signal: AbortSignal,
): Promise<KubernetesObject | undefined> {
  const { apiVersion, kind } = manifest;
  try {
    const live = await client.get<KubernetesObject>(await client.pathOf(manifest, signal), { signal });
    return live === undefined ? undefined : { ...live, apiVersion, kind };
  } catch (error) {
    // The CRD of a custom resource is not there yet.
    if (error instanceof ClusterError && error.status === 404) return undefined;
    throw error;
  }
}
