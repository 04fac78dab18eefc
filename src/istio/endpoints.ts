import { isIPv6 } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import type { ClusterClient } from '../kubernetes/cluster-client.js';
import { objectPath } from '../kubernetes/kinds.js';
import type { KubernetesObject } from '../kubernetes/objects.js';
import { MANAGED_BY } from '../rollout/names.js';
import { RolloutError } from '../rollout/rollout-error.js';
import type { ControlPlane } from './control-plane-pods.js';
import { type Manifest, objectOf } from './manifests.js';
import { ISTIOCTL_MANAGER } from './ownership.js';

interface EndpointSlice extends KubernetesObject {
  readonly addressType: string;
  readonly endpoints?: readonly { readonly addresses: readonly string[] }[] | null;
  readonly ports?: readonly object[] | null;
}

/** The ports on which istiod serves remotes; as the chart names them (templates/remote-istiod-endpointslices.yaml). */
const PORTS = [
  { name: 'tcp-istiod', port: 15012, protocol: 'TCP' },
  { name: 'tcp-webhook', port: 15017, protocol: 'TCP' },
];

/** The name of istiod's Service and EndpointSlice in a remote. */
export function controlPlaneService(revision: string): string {
  return revision === 'default' ? 'istiod' : `istiod-${revision}`;
}

/** The addresses in the remote's EndpointSlice, sorted; none when it does not exist. */
export async function readEndpoints(
  remote: ClusterClient,
  controlPlane: ControlPlane,
  signal: AbortSignal,
): Promise<string[]> {
  const slice = await remote.get<EndpointSlice>(objectPath(sliceReference(controlPlane)), { signal });
  return (slice?.endpoints ?? []).flatMap(({ addresses }) => addresses).sort();
}

/**
 * Writes the addresses into the EndpointSlice of istiod in a remote: the one that the chart renders, which holds one
 * address only. The project owns endpoints and ports with its own field manager, so that it can change them without
 * the chart at hand; the slice belongs to the Service, so that `istioctl uninstall --purge`, which knows no
 * EndpointSlices, leaves none behind. Fields of istioctl are taken over.
 *
 * @param chart the chart's slice, when istioctl has just rendered it: its labels are applied too
 * @returns true when the slice was created or changed
 * @throws RolloutError `api-unavailable` when the Service is not there, ClusterError
 */
export async function writeEndpoints(
  remote: ClusterClient,
  controlPlane: ControlPlane,
  addresses: readonly string[],
  signal: AbortSignal,
  chart?: Manifest,
): Promise<boolean> {
  const reference = sliceReference(controlPlane);
  const { istioNamespace: namespace, revision } = controlPlane;
  const name = controlPlaneService(revision);
  const service = await remote.get<KubernetesObject>(
    objectPath({ apiVersion: 'v1', kind: 'Service', namespace, name }),
    { signal },
  );
  if (service?.metadata.uid === undefined) {
    throw new RolloutError('api-unavailable', `Service ${namespace}/${name} is not there yet`, {
      cluster: remote.name,
    });
  }
  const addressType = addresses.some(isIPv6) ? 'IPv6' : 'IPv4';
  const live = await remote.get<EndpointSlice>(objectPath(reference), { signal });
  if (live !== undefined && live.addressType !== addressType) await remote.delete(reference, { signal });

  const own = {
    apiVersion: reference.apiVersion,
    kind: reference.kind,
    metadata: {
      name,
      namespace,
      labels: {
        'kubernetes.io/service-name': name,
        // Keeps the controllers of Kubernetes from taking the slice for theirs.
        'endpointslice.kubernetes.io/managed-by': 'Helm',
      },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Service', name, uid: service.metadata.uid }],
    },
    addressType,
    ports: PORTS,
    // With the conditions that the API server would add: so it is seen that nothing has changed.
    endpoints: addresses.map((address) => ({ addresses: [address], conditions: {} })),
  };
  const first = await applySlice(remote, own, MANAGED_BY, signal);
  const second =
    chart === undefined ? false : await applySlice(remote, chartPart(chart), ISTIOCTL_MANAGER, signal);
  return first || second;
}

/** True when the lists hold the same addresses; both are sorted. */
export function sameAddresses(a: readonly string[], b: readonly string[]): boolean {
  return isDeepStrictEqual(a, b);
}

/** What is left to the chart: labels. */
function chartPart(chart: Manifest): KubernetesObject {
  const { apiVersion, kind, metadata } = objectOf(chart);
  return { apiVersion, kind, metadata };
}

async function applySlice(
  remote: ClusterClient,
  slice: KubernetesObject,
  fieldManager: string,
  signal: AbortSignal,
): Promise<boolean> {
  return (await remote.apply(slice, { fieldManager, force: true, signal })).changed;
}

function sliceReference({ istioNamespace, revision }: ControlPlane) {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    namespace: istioNamespace,
    name: controlPlaneService(revision),
  };
}
