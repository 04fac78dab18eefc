import { ClusterError } from './cluster-error.js';
import { type Resource, versionPath } from './kinds.js';

interface ResourceList {
  readonly resources?: readonly {
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
  }[];
}

interface Reader {
  readonly name: string;
  get<T>(path: string): Promise<T | undefined>;
}

/**
 * Asks the API server where it serves a kind that is not well known.
 *
 * @throws ClusterError `request-rejected` when it does not serve it, for example because a CRD is missing
 */
export async function discoverResource(client: Reader, apiVersion: string, kind: string): Promise<Resource> {
  const list = await client.get<ResourceList>(versionPath(apiVersion));
  // Subresources such as `widgets/status` carry the same kind.
  const found = list?.resources?.find((resource) => resource.kind === kind && !resource.name.includes('/'));
  if (found === undefined) {
    throw new ClusterError('request-rejected', `the API server does not serve ${apiVersion} ${kind}`, {
      cluster: client.name,
      status: 404,
    });
  }
  return { plural: found.name, namespaced: found.namespaced };
}
