import type { ClusterClient } from '../client/cluster-client.js';
import type { KubernetesObject } from '../client/objects.js';
import type { WriteOptions } from '../client/request-options.js';
import { firstDifference } from './covers.js';

/**
 * Creates an object, or gives a live one the fields that differ, by a JSON merge patch: lists are
 * replaced as a whole. For API servers without server-side apply (before Kubernetes 1.16, which answer it with 415). Nothing
 * is sent where the live object has all of the fields. A patch is refused when somebody else has written meanwhile.
 *
 * @param live the object as it was just read; null where there is none
 * @returns true when the object was created or changed
 * @throws ClusterError `api-unavailable` when another writer was quicker, which is retried
 */
export async function createOrMerge(
  client: ClusterClient,
  object: KubernetesObject,
  live: KubernetesObject | null,
  options: WriteOptions,
): Promise<boolean> {
  if (live === null) {
    await client.create(object, options);
    return true;
  }
  if (firstDifference(object, live) === undefined) return false;
  const { resourceVersion } = live.metadata;
  const metadata = { ...object.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) };
  await client.patch(await client.pathOf(object, options.signal), { ...object, metadata }, options);
  return true;
}
