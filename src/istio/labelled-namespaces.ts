import type { ClusterClient } from '../kubernetes/cluster-client.js';
import { METADATA_LIST_ONLY } from '../kubernetes/metadata-only.js';
import type { Namespace } from '../kubernetes/namespaces.js';
import { optionalRead } from '../kubernetes/optional-read.js';
import { RevisionLabel } from './ownership.js';

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
    `${RevisionLabel}=${revision},istio-injection!=disabled`,
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
