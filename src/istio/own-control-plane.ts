import type { ClusterClient } from '../kubernetes/cluster-client.js';
import { collectionPath } from '../kubernetes/kinds.js';
import type { KubernetesObject } from '../kubernetes/objects.js';
import type { ReadOptions } from '../kubernetes/request-options.js';
import { FINDINGS } from '../rollout/codes.js';
import { RolloutError } from '../rollout/rollout-error.js';
import type { ControlPlane } from './control-plane-pods.js';
import { RevisionLabel } from './ownership.js';

/**
 * The istiod that a cluster runs by itself under a revision: `Deployment istio-system/istiod of revision default`;
 * undefined when there is none.
 *
 * @throws ClusterError
 */
export async function findOwnControlPlane(
  cluster: ClusterClient,
  { istioNamespace, revision }: ControlPlane,
  options: ReadOptions,
): Promise<string | undefined> {
  const query = { labelSelector: `app=istiod,${RevisionLabel}=${revision}` };
  const path = collectionPath('apps/v1', 'Deployment', istioNamespace);
  const [own] = await cluster.list<KubernetesObject>(path, { ...options, query });
  return own && `Deployment ${istioNamespace}/${own.metadata.name} of revision ${revision}`;
}

/**
 * Refuses a remote that runs an istiod of its own under the same revision: attaching it would point its Service to the
 * primary, while its istiod keeps the lock under which it writes its CA into webhooks and namespaces (istio 1.31,
 * pkg/kube/multicluster and pkg/kube/leaderelection: a local istiod goes before a remote one). Preflight finds it too;
 * this looks again right before the first change.
 *
 * @throws RolloutError `remote-taken`
 */
export async function refuseOwnControlPlane(
  remote: ClusterClient,
  controlPlane: ControlPlane,
  signal: AbortSignal,
): Promise<void> {
  const own = await findOwnControlPlane(remote, controlPlane, { signal });
  if (own === undefined) return;
  throw new RolloutError('remote-taken', `it runs a control plane of its own: ${own}`, {
    cluster: remote.name,
    action: FINDINGS['own-control-plane'].action,
  });
}
