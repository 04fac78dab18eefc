import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import type { KubernetesObject } from '../../kubernetes/client/objects.js';
import type { ControlPlane } from '../control-plane/control-plane-pods.js';
import {
  addressesIn,
  controlPlaneService,
  deleteObserved,
  type EndpointSlice,
  isOwnSlice,
} from './endpoint-slices.js';

/**
 * Removes what would lead callers of istiod's Service elsewhere: kube-proxy and API servers take the slices of a Service
 * together, and an address that nobody answers fails its share of the calls. Such are an Endpoints object, which Istio
 * had in remotes up to 1.27 and which Kubernetes mirrors into a slice; the slices of an istiod that ran in the remote once;
 * our own slice of an IP family that the Service has no longer. Slices without addresses are left alone.
 *
 * Called when the Service has its new addresses, so that it is never without one.
 *
 * @param slices all slices of the Service
 * @param kept names of those that the remote is to have
 * @returns how many objects were removed
 */
export async function removeStale(
  remote: ClusterClient,
  controlPlane: ControlPlane,
  slices: readonly EndpointSlice[],
  kept: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const stale = slices.filter(
    (slice) =>
      !kept.includes(slice.metadata.name) &&
      (isOwnSlice(slice, controlPlane.revision) || addressesIn([slice]).length > 0),
  );
  let removed = 0;
  for (const slice of stale) {
    // A mirrored slice would be made again; it goes with what it mirrors.
    const mirrored = mirroredBy(slice, controlPlane);
    const isGone = mirrored !== undefined && (await deleteObserved(remote, mirrored, signal));
    removed += Number(isGone || (await deleteObserved(remote, slice, signal)));
  }
  return removed;
}

/** The Endpoints object that a slice mirrors (Kubernetes 1.34, pkg/controller/endpointslicemirroring). */
function mirroredBy(
  { metadata }: EndpointSlice,
  { istioNamespace: namespace, revision }: ControlPlane,
): KubernetesObject | undefined {
  const name = controlPlaneService(revision);
  const owner = metadata.ownerReferences?.find((each) => each.kind === 'Endpoints' && each.name === name);
  return owner && { apiVersion: 'v1', kind: 'Endpoints', metadata: { namespace, name, uid: owner.uid } };
}
