import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import { collectionPath, objectPath } from '../../kubernetes/client/kinds.js';
import { METADATA_LIST_ONLY } from '../../kubernetes/client/metadata-only.js';
import type { KubernetesObject } from '../../kubernetes/client/objects.js';
import type { Clusters } from '../../kubernetes/connection/clusters.js';
import { readNamespace } from '../../kubernetes/facts/namespaces.js';
import { MANAGED_BY } from '../../rollout/names.js';
import type { ControlPlane } from '../control-plane/control-plane-pods.js';
import { isLedBy, MESH_ANNOTATION } from '../control-plane/istio-namespace.js';
import { controlPlaneService } from './endpoints.js';

/** Where the remotes of a mesh are registered. */
export interface MeshPrimary extends ControlPlane {
  readonly mesh: string;
  readonly primary: string;
}

/**
 * Returns the names of the clusters that have a remote secret in a primary, sorted. None when the primary belongs to
 * another mesh, or to nobody yet.
 */
async function registeredRemotes(
  primary: ClusterClient,
  { istioNamespace, mesh }: MeshPrimary,
  signal: AbortSignal,
): Promise<string[]> {
  const namespace = await readNamespace(primary, istioNamespace, { signal });
  if (namespace?.metadata.annotations?.[MESH_ANNOTATION] !== mesh) return [];
  const path = collectionPath('v1', 'Secret', istioNamespace);
  const query = { labelSelector: 'istio/multiCluster=true' };
  const secrets = await primary.list<KubernetesObject>(path, { query, accept: METADATA_LIST_ONLY, signal });
  const names = secrets.flatMap(
    ({ metadata }) => metadata.annotations?.['networking.istio.io/cluster'] ?? [],
  );
  return [...new Set(names)].sort();
}

/**
 * Whether a remote takes its endpoints from this project, for this primary: its istio namespace is annotated with the
 * primary, and the project has written the EndpointSlice of istiod. What others point somewhere stays theirs.
 */
export async function isPointedByRollouts(
  remote: ClusterClient,
  { istioNamespace, revision, primary }: MeshPrimary,
  signal: AbortSignal,
): Promise<boolean> {
  const name = controlPlaneService(revision);
  const slice = { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', namespace: istioNamespace, name };
  const [namespace, live] = await Promise.all([
    readNamespace(remote, istioNamespace, { signal }),
    remote.get<KubernetesObject>(objectPath(slice), { signal }),
  ]);
  const isWrittenByUs = live?.metadata.managedFields?.some(({ manager }) => manager === MANAGED_BY) === true;
  return isWrittenByUs && namespace !== undefined && isLedBy(namespace, primary);
}

/**
 * Returns the names of the remotes that are registered in a primary and stand in the inventory, sorted. A cluster that the
 * inventory does not name cannot be reached.
 */
export async function knownRemotes(
  clusters: Clusters,
  mesh: MeshPrimary,
  signal: AbortSignal,
): Promise<string[]> {
  const [primary, inventory] = await Promise.all([clusters.get(mesh.primary), clusters.inventory()]);
  const known = new Set(inventory.clusters.map(({ name }) => name));
  const registered = await registeredRemotes(primary, mesh, signal);
  return registered.filter((name) => name !== mesh.primary && known.has(name));
}
