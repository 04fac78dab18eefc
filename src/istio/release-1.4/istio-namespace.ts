import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import { readNamespace } from '../../kubernetes/facts/namespaces.js';
import { MANAGED_BY } from '../../rollout/names.js';
import { RolloutError } from '../../rollout/rollout-error.js';

/**
 * Makes sure that Istio's namespace exists; its labels come from the installer. It is the same in all clusters.
 *
 * @returns true when it was created
 * @throws RolloutError `namespace-not-ready` while it is being deleted
 */
export async function ensureIstioNamespace(
  client: ClusterClient,
  name: string,
  signal: AbortSignal,
): Promise<boolean> {
  const live = await readNamespace(client, name, { signal });
  if (live === undefined) {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    await client.create(namespace, { fieldManager: MANAGED_BY, signal });
    return true;
  }
  if (live.status?.phase !== 'Terminating') return false;
  throw new RolloutError('namespace-not-ready', `namespace ${name} is being deleted`, {
    cluster: client.name,
    action: 'Wait until the namespace is gone, then retry the cluster.',
  });
}
