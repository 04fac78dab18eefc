import { findOwnControlPlane } from '../src/istio/own-control-plane.js';
import { findMissingPermissions, type MissingPermission } from '../src/kubernetes/access-review.js';
import { readCIDRs } from '../src/kubernetes/cidrs.js';
import type { ClusterClient } from '../src/kubernetes/cluster-client.js';
import { ClusterError } from '../src/kubernetes/cluster-error.js';
import { readClusterUID, readNamespace } from '../src/kubernetes/namespaces.js';
import { optionalRead } from '../src/kubernetes/optional-read.js';
import { PERMISSIONS } from '../src/kubernetes/permissions.js';
import type { ReadOptions } from '../src/kubernetes/request-options.js';
import { readServerVersion } from '../src/kubernetes/server-version.js';
import { together } from '../src/kubernetes/together.js';
import type { InspectInput } from '../src/rollout/activities.js';
import type { ClusterInspection, Finding } from '../src/rollout/findings.js';
import type { InventoryCluster } from '../src/rollout/inventory.js';
import type { ResolvedNamespace } from '../src/rollout/resolved.js';
import {
  checkAttachment,
  checkCIDRs,
  checkMesh,
  checkNamespace,
  checkOwnControlPlane,
  checkPermissions,
  checkVersion,
} from './preflight-checks.js';

/**
 * Reads everything that decides whether one cluster can take part. Nothing is written: what the API server is asked to
 * try are dry runs.
 *
 * @throws RolloutError when the cluster does not answer or does not let the worker in
 */
export async function inspectCluster(
  client: ClusterClient,
  entry: InventoryCluster,
  role: 'primary' | 'remote',
  input: Omit<InspectInput, 'clusters'>,
  options: ReadOptions,
): Promise<ClusterInspection> {
  const cluster = client.name;
  // First and alone: a cluster that does not answer costs one connection.
  const version = await readServerVersion(client, options);
  const injected =
    role === 'primary' ? [] : input.namespaces.filter((namespace) => appliesTo(namespace, cluster));
  const [uid, cidrs, missing, istioNamespace, ownControlPlane, namespaces] = await together(
    options.signal,
    (signal) => {
      const each = { ...options, signal };
      const scopes = { istio: input.istioNamespace, injected: injected.map(({ name }) => name) };
      return Promise.all([
        optionalRead(readClusterUID(client, each)),
        readCIDRs(client, entry, each),
        findMissingPermissions(client, PERMISSIONS[role], scopes, each),
        optionalRead(readNamespace(client, input.istioNamespace, each)),
        role === 'primary' ? undefined : optionalRead(findOwnControlPlane(client, input, each)),
        Promise.all(injected.map((namespace) => inspectNamespace(client, namespace, each))),
      ]);
    },
  );
  const absent = injected.filter((_, index) =>
    namespaces[index]?.some(({ code }) => code === 'namespace-missing'),
  );
  // Nobody can be granted anything in a namespace that is not there: that it is missing is a finding of its own.
  const isOfAccount = ({ namespace, untilIstioNamespaceExists }: MissingPermission) =>
    !absent.some(({ name }) => name === namespace) &&
    !(untilIstioNamespaceExists && istioNamespace !== undefined);
  return {
    cluster,
    ...(uid === undefined ? {} : { uid }),
    kubernetesVersion: version.gitVersion,
    ...cidrs,
    unreachable: false,
    findings: [
      ...checkVersion(cluster, version, input.release),
      ...checkPermissions(cluster, missing.filter(isOfAccount)),
      ...(role === 'primary'
        ? checkMesh(cluster, istioNamespace, input.mesh)
        : [
            ...checkAttachment(cluster, istioNamespace, input.primary),
            ...checkOwnControlPlane(cluster, ownControlPlane),
          ]),
      ...namespaces.flat(),
      ...checkCIDRs(cluster, cidrs),
    ],
  };
}

function appliesTo({ clusters }: ResolvedNamespace, cluster: string): boolean {
  return clusters === undefined || clusters.includes(cluster);
}

async function inspectNamespace(
  client: ClusterClient,
  namespace: ResolvedNamespace,
  options: ReadOptions,
): Promise<Finding[]> {
  try {
    return checkNamespace(client.name, namespace, await readNamespace(client, namespace.name, options));
  } catch (error) {
    // Whether it exists is not known then; the missing permission is a finding of its own.
    if (error instanceof ClusterError && error.code === 'permission-denied') return [];
    throw error;
  }
}
