import { optionalRead } from '../../kubernetes/client/optional-read.js';
import type { ReadOptions } from '../../kubernetes/client/request-options.js';
import type { Finding } from '../../rollout/checks/findings.js';
import { checkInstallers, findOtherInstallers, type IsOwn } from '../checks/found-installers.js';
import type { InspectCluster, InspectedCluster, Inspection } from '../checks/inspection.js';
import {
  checkAttachment,
  checkDefaultTag,
  checkMesh,
  checkRegistrations,
  checkRoot,
  checkRunningControlPlane,
  checkTaken,
} from '../checks/preflight-checks.js';
import { MESH_ANNOTATION } from '../control-plane/istio-namespace.js';
import { findOwnControlPlane } from '../control-plane/own-control-plane.js';
import { readRunningControlPlane } from '../control-plane/primary-identity.js';
import { readRoot } from '../control-plane/root-certificate.js';
import { findForeignInjectors } from '../inject/foreign-injectors.js';
import type { Role } from '../permissions/permissions.js';

/** Returns what is found about a primary: whose it is, and which istiod runs there. */
const inspectPrimary = async (
  isOwn: IsOwn,
  { client, istioNamespace }: InspectedCluster,
  input: Inspection,
  options: ReadOptions,
): Promise<Finding[]> => {
  const [installers, injectors, running] = await Promise.all([
    optionalRead(findOtherInstallers(client, input, isOwn, options)),
    optionalRead(findForeignInjectors(client, input, options)),
    optionalRead(readRunningControlPlane(client, input, options)),
  ]);
  const { primary, mesh, meshID, network, facts, toolVersion } = input;
  const wanted = {
    'cluster name': primary,
    meshID,
    network,
    'trust domain': facts.trustDomain ?? 'cluster.local',
  };
  const isOwned = istioNamespace?.metadata.annotations?.[MESH_ANNOTATION] === mesh;
  return [
    ...checkInstallers(primary, installers ?? [], input.installer),
    ...checkMesh(primary, istioNamespace, mesh),
    ...checkRunningControlPlane(primary, running, wanted, toolVersion, isOwned),
    ...checkDefaultTag(primary, injectors?.defaultTag),
  ];
};

/** Returns what is found about a remote: who leads there, who injects there, whose root certificate it holds. */
const inspectRemote = async (
  isOwn: IsOwn,
  { client, entry, istioNamespace }: InspectedCluster,
  input: Inspection,
  options: ReadOptions,
): Promise<Finding[]> => {
  const { name } = client;
  const { primary } = input;
  const [installers, injectors, own, others, ownRoot, meshRoot] = await Promise.all([
    optionalRead(findOtherInstallers(client, input, isOwn, options)),
    optionalRead(findForeignInjectors(client, input, options)),
    optionalRead(findOwnControlPlane(client, input.istioNamespace, options)),
    input.otherRegistrations(name, entry.apiServer ?? client.server),
    // A cluster without Istio's namespace has no root certificate in it.
    istioNamespace && optionalRead(readRoot(client, input.istioNamespace, options.signal)),
    istioNamespace && input.meshRoot(),
  ]);
  return [
    ...checkInstallers(name, installers ?? [], input.installer),
    ...checkAttachment(name, istioNamespace, primary),
    ...checkTaken(name, own, injectors ?? {}),
    ...checkRegistrations(name, input.istioNamespace, others),
    ...checkRoot(name, istioNamespace, primary, { own: ownRoot, mesh: meshRoot }),
  ];
};

/** Returns what the checks look for, for a way that knows its own objects. */
export function istiodChecks(isOwn: IsOwn): Readonly<Record<Role, InspectCluster>> {
  return {
    primary: (cluster, input, options) => inspectPrimary(isOwn, cluster, input, options),
    remote: (cluster, input, options) => inspectRemote(isOwn, cluster, input, options),
  };
}
