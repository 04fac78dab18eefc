import { ClusterError } from '../errors/cluster-error.js';
import { type Resource, versionPath } from './kinds.js';
import { fieldOf, mapsOf, textOf } from './untrusted.js';

/** It becomes a part of paths (apiextensions: a DNS label). */
const RESOURCE_NAME = /^[a-z][a-z0-9-]{0,62}$/;

interface Reader {
  readonly name: string;
  get<T>(path: string): Promise<T | undefined>;
}

/**
 * Returns where the API server serves a kind that is not well known.
 *
 * @throws ClusterError `request-rejected` when it does not serve the kind, for example because a CRD is missing
 */
export async function discoverResource(client: Reader, apiVersion: string, kind: string): Promise<Resource> {
  const list = await client.get(versionPath(apiVersion));
  // Subresources such as `widgets/status` carry the same kind.
  const found = mapsOf(fieldOf(list, 'resources')).find(
    (resource) => resource.kind === kind && RESOURCE_NAME.test(textOf(resource.name)),
  );
  if (found === undefined) {
    throw new ClusterError('request-rejected', `the API server does not serve ${apiVersion} ${kind}`, {
      cluster: client.name,
      status: 404,
    });
  }
  return { plural: textOf(found.name), namespaced: found.namespaced === true };
}
