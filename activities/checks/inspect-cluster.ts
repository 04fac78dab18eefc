import { cancelOnFirstFailure } from '../../src/base/concurrency/cancel-on-first-failure.js';
import type { Inspection } from '../../src/istio/checks/inspection.js';
import {
  checkCIDRs,
  checkNamespace,
  checkPermissions,
  checkVersion,
} from '../../src/istio/checks/preflight-checks.js';
import type { Installer } from '../../src/istio/installers/installer.js';
import type { Role } from '../../src/istio/permissions/permissions.js';
import { type RequiredRight, requiredRights } from '../../src/istio/permissions/required-rights.js';
import type { ClusterClient } from '../../src/kubernetes/client/cluster-client.js';
import { optionalRead } from '../../src/kubernetes/client/optional-read.js';
import type { ReadOptions } from '../../src/kubernetes/client/request-options.js';
import { ClusterError } from '../../src/kubernetes/errors/cluster-error.js';
import { findMissingRights } from '../../src/kubernetes/facts/access-review.js';
import { readCIDRs } from '../../src/kubernetes/facts/cidrs.js';
import { readClusterUID, readNamespace } from '../../src/kubernetes/facts/namespaces.js';
import { readServerVersion } from '../../src/kubernetes/facts/server-version.js';
import type { ClusterInspection, Finding } from '../../src/rollout/checks/findings.js';
import type { InventoryCluster } from '../../src/rollout/inventory/inventory.js';
import type { ResolvedNamespace } from '../../src/rollout/resolve/resolved.js';

/**
 * Reads everything that decides whether one cluster can take part. Nothing is written: what the API server is asked to
 * try are dry runs.
 *
 * @throws RolloutError when the cluster does not answer or does not let the worker in
 */
export async function inspectCluster(
  client: ClusterClient,
  entry: InventoryCluster,
  role: Role,
  installer: Pick<Installer, 'permissions' | 'inspect'>,
  input: Inspection,
  options: ReadOptions,
): Promise<ClusterInspection> {
  const cluster = client.name;
  // First and alone: a cluster that does not answer costs one connection.
  const version = await readServerVersion(client, options);
  const injected =
    role === 'primary' ? [] : input.namespaces.filter((namespace) => appliesTo(namespace, cluster));
  const [uid, cidrs, missing, istioNamespace, namespaces] = await cancelOnFirstFailure(
    options.signal,
    (signal) => {
      const each = { ...options, signal };
      const scopes = { istio: input.istioNamespace, injected: injected.map(({ name }) => name) };
      return Promise.all([
        optionalRead(readClusterUID(client, each)),
        readCIDRs(client, entry, each),
        findMissingRights(client, requiredRights(installer.permissions[role], scopes), each),
        optionalRead(readNamespace(client, input.istioNamespace, each)),
        Promise.all(injected.map((namespace) => inspectNamespace(client, namespace, input.facts.cni, each))),
      ]);
    },
  );
  const absent = injected.filter((_, index) =>
    namespaces[index]?.some(({ code }) => code === 'namespace-missing'),
  );
  // Nobody can be granted anything in a namespace that is not there: that it is missing is a finding of its own.
  const isOfAccount = ({ namespace, untilIstioNamespaceExists }: RequiredRight) =>
    !absent.some(({ name }) => name === namespace) &&
    !(untilIstioNamespaceExists && istioNamespace !== undefined);
  return {
    cluster,
    ...(uid === undefined ? {} : { uid }),
    kubernetesVersion: version.gitVersion,
    podCIDRs: cidrs.podCIDRs,
    serviceCIDRs: cidrs.serviceCIDRs,
    unreachable: false,
    findings: [
      ...checkVersion(cluster, version, input.release),
      ...checkPermissions(cluster, missing.filter(isOfAccount)),
      ...(await installer.inspect[role]({ client, entry, istioNamespace }, input, options)),
      ...namespaces.flat(),
      ...checkCIDRs(cluster, cidrs.unknown),
    ],
  };
}

function appliesTo({ clusters }: ResolvedNamespace, cluster: string): boolean {
  return clusters === undefined || clusters.includes(cluster);
}

async function inspectNamespace(
  client: ClusterClient,
  namespace: ResolvedNamespace,
  cni: boolean,
  options: ReadOptions,
): Promise<Finding[]> {
  try {
    const live = await readNamespace(client, namespace.name, options);
    return checkNamespace(client.name, namespace, live, cni);
  } catch (error) {
    // Whether it exists is not known then; the missing permission is a finding of its own.
    if (error instanceof ClusterError && error.code === 'permission-denied') return [];
    throw error;
  }
}
