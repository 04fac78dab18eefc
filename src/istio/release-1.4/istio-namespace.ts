import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import type { Namespace } from '../../kubernetes/facts/namespaces.js';
import { createOrMerge } from '../../kubernetes/merge/create-or-merge.js';
import { MANAGED_BY } from '../../rollout/names.js';

/**
 * Creates Istio's namespace, or completes it; its labels come from the installer. It is the same in all clusters.
 *
 * @param live as it was just read
 * @returns true when it was created or changed
 */
export async function writeIstioNamespace(
  client: ClusterClient,
  name: string,
  live: Namespace | undefined,
  annotations: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<boolean> {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, annotations } };
  return await createOrMerge(client, namespace, live ?? null, { fieldManager: MANAGED_BY, signal });
}
