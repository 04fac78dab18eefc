import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import { METADATA_LIST_ONLY } from '../../kubernetes/client/metadata-only.js';
import { optionalRead } from '../../kubernetes/client/optional-read.js';
import type { Namespace } from '../../kubernetes/facts/namespaces.js';
import { REVISION_LABEL } from '../apply/ownership.js';

/**
 * Returns the names of the namespaces whose labels ask a revision for sidecars, whoever has labelled them. None where the
 * credentials may not list namespaces: then only those of the document are known.
 */
export async function labelledNamespaces(
  remote: ClusterClient,
  revision: string,
  signal: AbortSignal,
): Promise<string[]> {
  const selectors = [
    `${REVISION_LABEL}=${revision},istio-injection!=disabled`,
    ...(revision === 'default' ? ['istio-injection=enabled'] : []),
  ];
  const lists = await Promise.all(
    selectors.map((labelSelector) => {
      const options = { query: { labelSelector }, accept: METADATA_LIST_ONLY, signal };
      return optionalRead(remote.list<Namespace>('/api/v1/namespaces', options));
    }),
  );
  return [...new Set(lists.flatMap((list) => list ?? []).map(({ metadata }) => metadata.name))];
}
