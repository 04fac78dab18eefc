import type { ClusterClient } from '../client/cluster-client.js';
import type { KubernetesObject } from '../client/objects.js';
import type { ReadOptions } from '../client/request-options.js';

export interface Namespace extends KubernetesObject {
  readonly status?: { readonly phase?: string };
}

/** Returns a namespace, or undefined when it does not exist. */
export function readNamespace(
  client: ClusterClient,
  name: string,
  options: ReadOptions = {},
): Promise<Namespace | undefined> {
  return client.get<Namespace>(`/api/v1/namespaces/${encodeURIComponent(name)}`, options);
}

/**
 * Returns the identity of a cluster: the UID of its namespace kube-system, which exists as long as the cluster. Istio
 * uses the same UID as the default name of a cluster (istio 1.31, istioctl/pkg/multicluster/cluster.go).
 */
export async function readClusterUID(
  client: ClusterClient,
  options: ReadOptions = {},
): Promise<string | undefined> {
  return (await readNamespace(client, 'kube-system', options))?.metadata.uid;
}
