import { familyOf, type IPFamily } from '../../base/addresses.js';
import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import { collectionPath } from '../../kubernetes/client/kinds.js';
import type { KubernetesObject } from '../../kubernetes/client/objects.js';
import { MANAGED_BY } from '../../rollout/names.js';
import type { ControlPlane } from '../control-plane/control-plane-pods.js';

/** An EndpointSlice, as far as it matters here. */
export interface EndpointSlice extends KubernetesObject {
  /** `FQDN` is possible too, and used by nobody here. */
  readonly addressType: string;
  readonly endpoints?: readonly { readonly addresses: readonly string[] }[] | null;
  readonly ports?: readonly object[] | null;
}

/** istiod's Service in a remote; it has no selector. */
export interface ControlPlaneService extends KubernetesObject {
  readonly spec?: {
    /** The API server fills it in; the first one is the family of the ClusterIP that DNS answers first. */
    readonly ipFamilies?: readonly IPFamily[];
  };
}

const API_VERSION = 'discovery.k8s.io/v1';
const KIND = 'EndpointSlice';
const SERVICE_NAME = 'kubernetes.io/service-name';

/** The ports on which istiod serves remotes; as the chart names them (templates/remote-istiod-endpointslices.yaml). */
const PORTS = [
  { name: 'tcp-istiod', port: 15012, protocol: 'TCP' },
  { name: 'tcp-webhook', port: 15017, protocol: 'TCP' },
];

/** The name of istiod's Service in a remote, and of the EndpointSlice that the chart renders for it. */
export function controlPlaneService(revision: string): string {
  return revision === 'default' ? 'istiod' : `istiod-${revision}`;
}

/** Every EndpointSlice of istiod's Service in a remote, whoever has made it. */
export async function listSlices(
  remote: ClusterClient,
  { istioNamespace, revision }: ControlPlane,
  signal: AbortSignal,
): Promise<EndpointSlice[]> {
  const path = collectionPath(API_VERSION, KIND, istioNamespace);
  const query = { labelSelector: `${SERVICE_NAME}=${controlPlaneService(revision)}` };
  const items = await remote.list<EndpointSlice>(path, { query, signal });
  return items.map((item) => ({ ...item, apiVersion: API_VERSION, kind: KIND }));
}

/** Deletes the very object that was read: another caller may have put its own in the place. False when it is gone. */
export function deleteObserved(
  remote: ClusterClient,
  object: KubernetesObject,
  signal: AbortSignal,
): Promise<boolean> {
  const { uid } = object.metadata;
  return remote.delete(object, { ...(uid === undefined ? {} : { uid }), signal });
}

/** The addresses in slices, each once, sorted. */
export function addressesIn(slices: readonly EndpointSlice[]): string[] {
  const all = slices.flatMap(({ endpoints }) => (endpoints ?? []).flatMap(({ addresses }) => addresses));
  return [...new Set(all)].sort();
}

/**
 * The slices that a remote is to have: one for each IP family of the Service for which istiod has addresses, because a
 * slice has one family. The first has the name of the chart's slice. The names of the others hold a dot, which no
 * revision can, so that they are never the chart's for another revision.
 */
export function slicesFor(
  service: ControlPlaneService,
  addresses: readonly string[],
  { istioNamespace: namespace, revision }: ControlPlane,
): EndpointSlice[] {
  const name = controlPlaneService(revision);
  return familiesFor(service, addresses).map((addressType, index) => ({
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: {
      name: index === 0 ? name : additionalSlice(name, addressType),
      namespace,
      labels: {
        [SERVICE_NAME]: name,
        // Keeps the controllers of Kubernetes from taking the slice for theirs.
        'endpointslice.kubernetes.io/managed-by': 'Helm',
        ...(index === 0 ? {} : { 'app.kubernetes.io/managed-by': MANAGED_BY }),
      },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Service', name, uid: service.metadata.uid ?? '' }],
    },
    addressType,
    ports: PORTS,
    // With the conditions that the API server would add: so it is seen that nothing has changed.
    endpoints: addresses
      .filter((address) => familyOf(address) === addressType)
      .sort()
      .map((address) => ({ addresses: [address], conditions: {} })),
  }));
}

/** Whether a slice is one that {@link slicesFor} names, for whichever family. */
export function isOwnSlice(slice: EndpointSlice, revision: string): boolean {
  const name = controlPlaneService(revision);
  const names = [name, additionalSlice(name, 'IPv4'), additionalSlice(name, 'IPv6')];
  return names.includes(slice.metadata.name);
}

function additionalSlice(service: string, family: IPFamily): string {
  return `${service}.${family.toLowerCase()}`;
}

/** Where the Service has no family of istiod, or its families are not known yet: that of the first address. */
function familiesFor({ spec }: ControlPlaneService, addresses: readonly string[]): IPFamily[] {
  const available = new Set(addresses.map(familyOf));
  const common = (spec?.ipFamilies ?? []).filter((family) => available.has(family));
  return common.length > 0 ? common : [...available].slice(0, 1);
}
