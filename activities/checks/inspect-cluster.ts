import { cancelOnFirstFailure } from '../../src/base/concurrency/cancel-on-first-failure.js';
import type { OtherRegistration } from '../../src/istio/access/registrations.js';
import { MESH_ANNOTATION } from '../../src/istio/control-plane/istio-namespace.js';
import { findOwnControlPlane } from '../../src/istio/control-plane/own-control-plane.js';
import { readRunningControlPlane } from '../../src/istio/control-plane/primary-identity.js';
import { readRoot } from '../../src/istio/control-plane/root-certificate.js';
import { type ForeignInjectors, findForeignInjectors } from '../../src/istio/inject/foreign-injectors.js';
import { PERMISSIONS } from '../../src/istio/permissions/permissions.js';
import { type RequiredRight, requiredRights } from '../../src/istio/permissions/required-rights.js';
import type { ClusterClient } from '../../src/kubernetes/client/cluster-client.js';
import { optionalRead } from '../../src/kubernetes/client/optional-read.js';
import type { ReadOptions } from '../../src/kubernetes/client/request-options.js';
import { ClusterError } from '../../src/kubernetes/errors/cluster-error.js';
import { findMissingRights } from '../../src/kubernetes/facts/access-review.js';
import { readCIDRs } from '../../src/kubernetes/facts/cidrs.js';
import { type Namespace, readClusterUID, readNamespace } from '../../src/kubernetes/facts/namespaces.js';
import { readServerVersion } from '../../src/kubernetes/facts/server-version.js';
import type { InspectInput } from '../../src/rollout/activities.js';
import type { ClusterInspection, Finding } from '../../src/rollout/checks/findings.js';
import type { InventoryCluster } from '../../src/rollout/inventory/inventory.js';
import type { ResolvedNamespace } from '../../src/rollout/resolve/resolved.js';
import {
  checkAttachment,
  checkCIDRs,
  checkDefaultTag,
  checkMesh,
  checkNamespace,
  checkPermissions,
  checkRegistrations,
  checkRoot,
  checkRunningControlPlane,
  checkTaken,
  checkVersion,
} from './preflight-checks.js';

/** What an inspection works from. */
export interface Inspection extends Omit<InspectInput, 'clusters'> {
  /** The root certificate of the mesh as the primary has it, PEM; undefined where it has none, or does not answer. */
  readonly meshRoot: () => Promise<string | undefined>;
  /** Remote secrets of the primary that register a cluster under another name; none where it does not answer. */
  readonly otherRegistrations: (cluster: string, server: string) => Promise<readonly OtherRegistration[]>;
}

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
  input: Inspection,
  options: ReadOptions,
): Promise<ClusterInspection> {
  const cluster = client.name;
  // First and alone: a cluster that does not answer costs one connection.
  const version = await readServerVersion(client, options);
  const injected =
    role === 'primary' ? [] : input.namespaces.filter((namespace) => appliesTo(namespace, cluster));
  const [uid, cidrs, missing, istioNamespace, injectors, namespaces] = await cancelOnFirstFailure(
    options.signal,
    (signal) => {
      const each = { ...options, signal };
      const scopes = { istio: input.istioNamespace, injected: injected.map(({ name }) => name) };
      return Promise.all([
        optionalRead(readClusterUID(client, each)),
        readCIDRs(client, entry, each),
        findMissingRights(client, requiredRights(PERMISSIONS[role], scopes), each),
        optionalRead(readNamespace(client, input.istioNamespace, each)),
        optionalRead(findForeignInjectors(client, input, each)),
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
  const subject = { client, entry, istioNamespace, injectors: injectors ?? {} };
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
      ...(role === 'primary'
        ? await checkPrimary(subject, input, options)
        : await checkRemote(subject, input, options)),
      ...namespaces.flat(),
      ...checkCIDRs(cluster, cidrs.unknown),
    ],
  };
}

/** What was read of a cluster whatever its role is. */
interface Subject {
  readonly client: ClusterClient;
  readonly entry: InventoryCluster;
  readonly istioNamespace: Namespace | undefined;
  readonly injectors: ForeignInjectors;
}

async function checkPrimary(
  { client, istioNamespace, injectors }: Subject,
  input: Inspection,
  options: ReadOptions,
): Promise<Finding[]> {
  const running = await optionalRead(readRunningControlPlane(client, input, options));
  const { primary, mesh, meshID, network, facts, toolVersion } = input;
  const wanted = {
    'cluster name': primary,
    meshID,
    network,
    'trust domain': facts.trustDomain ?? 'cluster.local',
  };
  const isOwned = istioNamespace?.metadata.annotations?.[MESH_ANNOTATION] === mesh;
  return [
    ...checkMesh(primary, istioNamespace, mesh),
    ...checkRunningControlPlane(primary, running, wanted, toolVersion, isOwned),
    ...checkDefaultTag(primary, injectors.defaultTag),
  ];
}

async function checkRemote(
  { client, entry, istioNamespace, injectors }: Subject,
  input: Inspection,
  options: ReadOptions,
): Promise<Finding[]> {
  const { name } = client;
  const { primary } = input;
  const [own, others, ownRoot, meshRoot] = await Promise.all([
    optionalRead(findOwnControlPlane(client, input.istioNamespace, options)),
    input.otherRegistrations(name, entry.apiServer ?? client.server),
    // A cluster without Istio's namespace has no root certificate in it.
    istioNamespace && optionalRead(readRoot(client, input.istioNamespace, options.signal)),
    istioNamespace && input.meshRoot(),
  ]);
  return [
    ...checkAttachment(name, istioNamespace, primary),
    ...checkTaken(name, own, injectors),
    ...checkRegistrations(name, input.istioNamespace, others),
    ...checkRoot(name, istioNamespace, primary, { own: ownRoot, mesh: meshRoot }),
  ];
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
