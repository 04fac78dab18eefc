import { concurrently } from '../../base/concurrency/concurrently.js';
import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import { collectionPath, objectPath } from '../../kubernetes/client/kinds.js';
import { METADATA_LIST_ONLY } from '../../kubernetes/client/metadata-only.js';
import type { KubernetesObject } from '../../kubernetes/client/objects.js';
import { SharedAnswers } from '../control-plane/shared-answers.js';
import {
  MULTICLUSTER_LABEL,
  normalisedServer,
  ownRegistration,
  type Registration,
  type RemoteSecret,
  registrationsIn,
  remoteSecretName,
  tokenDigest,
} from './registration.js';

/** Requests under way at once for the data of remote secrets that are not ours. */
const CONCURRENCY = 4;

/** A remote secret that registers a cluster which another one is to register. */
export interface OtherRegistration {
  /** Name of the Secret. */
  readonly secret: string;
  /** The name under which it registers the cluster. */
  readonly cluster: string;
  /** How it is known to be the same cluster. */
  readonly by: 'name' | 'server' | 'token';
}

/**
 * Finds the remote secrets of a primary, other than the cluster's own, that register the same cluster: under its name, at
 * the same server, or with the same token, which is that of `istioctl create-remote-secret` too. istiod takes only one
 * Secret for a name, and reads a cluster twice that has two names (istio 1.31, pkg/kube/multicluster/secretcontroller.go,
 * addRemoteConfig).
 *
 * Only the metadata of remote secrets travels, and of those that are not ours the data, once for each of their versions.
 * Many callers at the same time share one answer, which is at most half a second old.
 *
 * @param server how istiod is to reach the cluster
 * @param token of the reader in the cluster, when it is known
 * @throws ClusterError; the signal's reason
 */
export async function findOtherRegistrations(
  primary: ClusterClient,
  namespace: string,
  cluster: string,
  server: string,
  token?: string,
  signal?: AbortSignal,
): Promise<OtherRegistration[]> {
  const memory = memoryOf(primary);
  const list = () => listRegistrations(primary, namespace, memory);
  const wanted = {
    server: normalisedServer(server),
    tokenDigest: token === undefined ? undefined : tokenDigest(token),
  };
  const others = (registrations: readonly Registration[]) =>
    registrations.flatMap((one): OtherRegistration[] => {
      const by = one.secret === remoteSecretName(cluster) ? undefined : sameness(one, cluster, wanted);
      return by === undefined ? [] : [{ secret: one.secret, cluster: one.cluster, by }];
    });
  const shared = others(await answers.ask(memory, namespace, list, signal));
  // A person may just have deleted it: what is found is looked at again.
  return shared.length === 0 ? [] : others(await list());
}

function sameness(
  one: Registration,
  cluster: string,
  wanted: Pick<Registration, 'server' | 'tokenDigest'>,
): OtherRegistration['by'] | undefined {
  if (one.cluster === cluster) return 'name';
  if (one.tokenDigest !== undefined && one.tokenDigest === wanted.tokenDigest) return 'token';
  return one.server !== undefined && one.server === wanted.server ? 'server' : undefined;
}

/** What was read of the Secrets that are not ours, by name. */
type Memory = Map<string, { readonly version: string; readonly registrations: readonly Registration[] }>;

/** By primary; not by its client, because a plan has one of its own for each remote. */
const memories = new Map<string, Memory>();
const answers = new SharedAnswers();

function memoryOf({ name, server }: ClusterClient): Memory {
  const primary = `${name} ${server}`;
  const memory: Memory = memories.get(primary) ?? new Map();
  memories.set(primary, memory);
  return memory;
}

async function listRegistrations(
  primary: ClusterClient,
  namespace: string,
  memory: Memory,
): Promise<Registration[]> {
  const query = { labelSelector: `${MULTICLUSTER_LABEL}=true` };
  const path = collectionPath('v1', 'Secret', namespace);
  const secrets = await primary.list<KubernetesObject>(path, { query, accept: METADATA_LIST_ONLY });
  const registrations = await concurrently(secrets, CONCURRENCY, async ({ metadata }) => {
    const own = ownRegistration(metadata);
    if (own !== undefined) return [own];
    const { name, uid, resourceVersion } = metadata;
    const version = `${uid} ${resourceVersion}`;
    const known = memory.get(name);
    if (known?.version === version) return known.registrations;
    const secret = await primary.get<RemoteSecret>(
      objectPath({ apiVersion: 'v1', kind: 'Secret', namespace, name }),
    );
    const read = secret === undefined ? [] : registrationsIn(secret);
    memory.set(name, { version, registrations: read });
    return read;
  });
  const live = new Set(secrets.map(({ metadata }) => metadata.name));
  for (const name of memory.keys()) if (!live.has(name)) memory.delete(name);
  return registrations.flat();
}
