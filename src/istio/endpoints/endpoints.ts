import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import { objectPath } from '../../kubernetes/client/kinds.js';
import type { KubernetesObject } from '../../kubernetes/client/objects.js';
import { MANAGED_BY } from '../../rollout/names.js';
import { RolloutError } from '../../rollout/rollout-error.js';
import { type Manifest, objectOf } from '../apply/manifests.js';
import { ISTIOCTL_MANAGER } from '../apply/ownership.js';
import type { ControlPlane } from '../control-plane/control-plane-pods.js';
import {
  addressesIn,
  type ControlPlaneService,
  controlPlaneService,
  deleteObserved,
  type EndpointSlice,
  listSlices,
  slicesFor,
} from './endpoint-slices.js';
import { removeStale } from './stale-endpoints.js';

// Who writes endpoints asks for the name of their Service too.
export { controlPlaneService } from './endpoint-slices.js';

/**
 * Returns the addresses under which istiod's Service in a remote is served, sorted: those of all its EndpointSlices,
 * whoever has made them. None when there are no slices.
 */
export async function readEndpoints(
  remote: ClusterClient,
  controlPlane: ControlPlane,
  signal: AbortSignal,
): Promise<string[]> {
  return addressesIn(await listSlices(remote, controlPlane, signal));
}

/**
 * Makes the addresses the only ones of istiod's Service in a remote. They go into the EndpointSlice that the chart
 * renders, which holds one address only, and for a second IP family of the Service into another one. The project owns
 * endpoints and ports with its own field manager, so that it can change them without the chart at hand; the slices belong
 * to the Service, so that `istioctl uninstall --purge`, which knows no EndpointSlices, leaves none behind. Fields of
 * istioctl are taken over. Then every other slice of the Service that holds addresses is removed.
 *
 * The Service has a live address at every moment, but where its only slice must change its IP family. Where nothing
 * changes, two requests read and none writes. Callers for several remotes, and for the same one, may run at the same time:
 * the last one to write wins. So whoever has written reads the Pods of istiod again, and writes again when they are
 * others: then the last write is of the Pods of now, whoever else writes.
 *
 * @param addresses of every Ready istiod Pod, of all families; those of families that the Service has not are left out.
 *   Where there are none, nothing is written
 * @param chart the chart's slice, when istioctl has just rendered it: its labels are applied too
 * @returns how many objects were created, changed or removed
 * @throws RolloutError `api-unavailable` when the Service is not there, or another caller was quicker; ClusterError
 */
export async function writeEndpoints(
  remote: ClusterClient,
  controlPlane: ControlPlane,
  addresses: readonly string[],
  signal: AbortSignal,
  chart?: Manifest,
): Promise<number> {
  const [service, live] = await Promise.all([
    readService(remote, controlPlane, signal),
    listSlices(remote, controlPlane, signal),
  ]);
  const wanted = slicesFor(service, addresses, controlPlane);
  if (wanted.length === 0) return 0;
  const writes = wanted.map((slice) => {
    const current = live.find(({ metadata }) => metadata.name === slice.metadata.name);
    const rendered = slice.metadata.name === chart?.name ? chart : undefined;
    return { slice, current, rendered, isReplaced: replaces(slice, current) };
  });
  let changed = 0;
  // One that is replaced is gone for a moment: by then the others have their addresses.
  for (const write of writes.toSorted((a, b) => Number(a.isReplaced) - Number(b.isReplaced))) {
    changed += Number(await writeSlice(remote, write, signal));
  }
  const kept = wanted.map(({ metadata }) => metadata.name);
  return changed + (await removeStale(remote, controlPlane, live, kept, signal));
}

/** Whether a slice takes the place of a live one: its IP family cannot change. */
function replaces(slice: EndpointSlice, current: EndpointSlice | undefined): boolean {
  return current !== undefined && current.addressType !== slice.addressType;
}

async function readService(
  remote: ClusterClient,
  { istioNamespace: namespace, revision }: ControlPlane,
  signal: AbortSignal,
): Promise<ControlPlaneService> {
  const name = controlPlaneService(revision);
  const path = objectPath({ apiVersion: 'v1', kind: 'Service', namespace, name });
  const service = await remote.get<ControlPlaneService>(path, { signal });
  if (service?.metadata.uid !== undefined) return service;
  throw new RolloutError('api-unavailable', `Service ${namespace}/${name} is not there yet`, {
    cluster: remote.name,
  });
}

interface SliceWrite {
  readonly slice: EndpointSlice;
  readonly current: EndpointSlice | undefined;
  readonly rendered: Manifest | undefined;
  readonly isReplaced: boolean;
}

/** Creates, changes or replaces a slice; true when it did. */
async function writeSlice(
  remote: ClusterClient,
  { slice, current, rendered, isReplaced }: SliceWrite,
  signal: AbortSignal,
): Promise<boolean> {
  if (isReplaced && current !== undefined) await deleteObserved(remote, current, signal);
  const previous: KubernetesObject | null = isReplaced ? null : (current ?? null);
  const options = { force: true, signal };
  const own = await remote.apply<KubernetesObject>(slice, { ...options, previous, fieldManager: MANAGED_BY });
  if (rendered === undefined) return own.changed;
  const labels = await remote.apply(chartPart(rendered), {
    ...options,
    previous: own.object,
    fieldManager: ISTIOCTL_MANAGER,
  });
  return own.changed || labels.changed;
}

/** What is left to the chart: labels. */
function chartPart(chart: Manifest): KubernetesObject {
  const { apiVersion, kind, metadata } = objectOf(chart);
  return { apiVersion, kind, metadata };
}
