import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import { collectionPath } from '../../kubernetes/client/kinds.js';
import { METADATA_LIST_ONLY } from '../../kubernetes/client/metadata-only.js';
import type { KubernetesObject } from '../../kubernetes/client/objects.js';
import { optionalRead } from '../../kubernetes/client/optional-read.js';
import type { ReadOptions } from '../../kubernetes/client/request-options.js';
import { REVISION_LABEL } from '../apply/ownership.js';

/**
 * Returns the istiod that runs in a cluster, of whatever revision, or the pilot of a release before it: `Deployment
 * istio-system/istiod of revision default`; undefined when there is none. Only Istio's namespace is looked at where the credentials may not look further.
 *
 * Attaching such a cluster would have two control planes fight: its own istiod keeps the lock under which CAs are written
 * into webhooks and namespaces (istio 1.31, pkg/kube/multicluster and pkg/kube/leaderelection: a local istiod goes before a
 * remote one), and each overwrites the root certificate that the sidecars of the other need.
 *
 * @param apps values of the label `app` that count
 * @throws ClusterError
 */
export async function findOwnControlPlane(
  cluster: ClusterClient,
  istioNamespace: string,
  options: ReadOptions,
  apps: readonly string[] = ['istiod', 'pilot'],
): Promise<string | undefined> {
  const find = (namespace?: string) => {
    const path = collectionPath('apps/v1', 'Deployment', namespace);
    const query = { labelSelector: `app in (${apps.join(',')})` };
    return optionalRead(
      cluster.list<KubernetesObject>(path, { ...options, query, accept: METADATA_LIST_ONLY }),
    );
  };
  const [own] = (await find()) ?? (await find(istioNamespace)) ?? [];
  if (own === undefined) return undefined;
  const { namespace, name, labels } = own.metadata;
  return `Deployment ${namespace}/${name} of revision ${labels?.[REVISION_LABEL] ?? 'default'}`;
}
