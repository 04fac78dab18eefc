import type { ClusterClient } from '../client/cluster-client.js';
import type { ReadOptions } from '../client/request-options.js';
import { fieldOf, textOf } from '../client/untrusted.js';
import { ClusterError } from '../errors/cluster-error.js';

/** What an API server says about itself. */
export interface ServerVersion {
  /** As in /version, e.g. `v1.33.5-eks-3abbec1`. */
  readonly gitVersion: string;
  /** Major and minor, e.g. `1.33`. */
  readonly minor: string;
}

/**
 * Reads /version, which every authenticated user may read. This also proves that an API server answers: a response
 * without a version comes from something else.
 *
 * @throws ClusterError `api-unavailable` when the response contains no version
 */
export async function readServerVersion(
  client: ClusterClient,
  options: ReadOptions = {},
): Promise<ServerVersion> {
  const gitVersion = textOf(fieldOf(await client.request('GET', '/version', options), 'gitVersion'));
  // Vendors append to it: v1.33.5-gke.1162000, v1.32.1+k3s1. `minor` of the answer may read "33+".
  const match = /^v(\d{1,3})\.(\d{1,3})[\w.+-]{0,100}$/.exec(gitVersion);
  if (match === null) {
    throw new ClusterError(
      'api-unavailable',
      'the server that answers at /version is not a Kubernetes API server',
      {
        cluster: client.name,
      },
    );
  }
  return { gitVersion, minor: `${match[1]}.${match[2]}` };
}

/** Compares minors such as `1.9` and `1.31`. Returns a negative number when the first is older. */
export function compareMinors(one: string, other: string): number {
  const [major = 0, minor = 0] = one.split('.').map(Number);
  const [otherMajor = 0, otherMinor = 0] = other.split('.').map(Number);
  return major - otherMajor || minor - otherMinor;
}
