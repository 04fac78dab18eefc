import type { ClusterClient } from '../../../kubernetes/client/cluster-client.js';
import { objectPath } from '../../../kubernetes/client/kinds.js';
import { optionalRead } from '../../../kubernetes/client/optional-read.js';
import type { Deployment } from '../../../kubernetes/facts/deployment-readiness.js';
import type { Finding } from '../../../rollout/checks/findings.js';
import type { InspectCluster } from '../../checks/inspection.js';
import {
  checkAttachment,
  checkMesh,
  checkRegistrations,
  checkTaken,
  finding,
} from '../../checks/preflight-checks.js';
import { findOwnControlPlane } from '../../control-plane/own-control-plane.js';
import { findForeignInjector } from './refuse-taken.js';

/** Returns what is found about a primary: whose it is, and whether Istio of another release runs there. */
export const inspectPrimary: InspectCluster = async (
  { client, istioNamespace },
  { primary, mesh, istioNamespace: namespace, release },
  options,
): Promise<Finding[]> => {
  const [istiod, pilot] = await Promise.all([
    findOwnControlPlane(client, namespace, options, ['istiod']),
    optionalRead(readPilotImage(client, namespace, options.signal)),
  ]);
  return [
    ...checkMesh(primary, istioNamespace, mesh),
    ...checkTaken(primary, istiod, {}),
    ...checkImage(primary, pilot, release),
  ];
};

/** Returns what is found about a remote: who leads there, who injects there, whether it is registered twice. */
export const inspectRemote: InspectCluster = async (
  { client, entry, istioNamespace },
  input,
  options,
): Promise<Finding[]> => {
  const { name } = client;
  const [own, otherMesh, others] = await Promise.all([
    findOwnControlPlane(client, input.istioNamespace, options),
    optionalRead(findForeignInjector(client, input.istioNamespace, options)),
    input.otherRegistrations(name, entry.apiServer ?? client.server),
  ]);
  return [
    ...checkAttachment(name, istioNamespace, input.primary),
    ...checkTaken(name, own, otherMesh === undefined ? {} : { otherMesh }),
    ...checkRegistrations(name, input.istioNamespace, others),
  ];
};

async function readPilotImage(
  client: ClusterClient,
  namespace: string,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const reference = { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'istio-pilot' };
  const pilot = await client.get<Deployment>(objectPath(reference), { signal });
  const containers = pilot?.spec.template.spec?.containers ?? [];
  return containers.map(({ image = '' }) => image).find((image) => image.includes('/pilot:'));
}

/** A pilot of another minor. An image whose tag is no version shows nothing. */
function checkImage(cluster: string, image: string | undefined, release: string): Finding[] {
  const minor = /:v?(\d+\.\d+)\.\d/.exec(image ?? '')?.[1];
  if (minor === undefined || minor === release) return [];
  const what = `pilot of ${cluster} is ${image}, and the rollout would make it one of Istio ${release} in place`;
  const where = `the control plane that runs on ${cluster}`;
  return [finding('minor-change-in-place', 'block', { cluster, what, where })];
}
