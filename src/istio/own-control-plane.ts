import type { ClusterClient } from '../kubernetes/cluster-client.js';
import { collectionPath } from '../kubernetes/kinds.js';
import type { KubernetesObject } from '../kubernetes/objects.js';
import { RolloutError } from '../rollout/rollout-error.js';
import type { ControlPlane } from './control-plane-pods.js';
import { RevisionLabel } from './ownership.js';

/**
 * Refuses a remote that runs an istiod of its own under the same revision: attaching it would put its Service in the
 * place of that istiod's, and prune the istiod.
 *
 * @throws RolloutError `remote-taken`
 */
export async function refuseOwnControlPlane(
  remote: ClusterClient,
  { istioNamespace, revision }: ControlPlane,
  signal: AbortSignal,
): Promise<void> {
  const query = { labelSelector: `app=istiod,${RevisionLabel}=${revision}` };
  const path = collectionPath('apps/v1', 'Deployment', istioNamespace);
  const [own] = await remote.list<KubernetesObject>(path, { query, signal });
  if (own === undefined) return;
  throw new RolloutError(
    'remote-taken',
    `it runs a control plane of its own: Deployment ${istioNamespace}/${own.metadata.name} of revision ${revision}`,
    { cluster: remote.name },
  );
}
