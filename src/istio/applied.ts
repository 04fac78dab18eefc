import type { ClusterClient } from '../kubernetes/cluster-client.js';
import { describeObject, type KubernetesObject } from '../kubernetes/objects.js';
import type { Manifest } from './manifests.js';

/**
 * What this worker has applied. An object whose resourceVersion is still the one that the apply gave cannot be changed
 * by applying the same text again, so that the API server need not merge 0.9 MB of CRDs for each attempt (1 s of its
 * CPU). It is a shortcut and nothing more: a worker that knows nothing applies.
 */
const memory = new WeakMap<
  ClusterClient,
  Map<string, { readonly json: string; readonly resourceVersion: string }>
>();

/** Whether the object is just as this worker's last apply of this very manifest left it. */
export function isAsApplied(
  client: ClusterClient,
  manifest: Manifest,
  live: KubernetesObject | undefined,
): boolean {
  const known = memory.get(client)?.get(describeObject(manifest));
  return (
    known !== undefined &&
    known.resourceVersion === live?.metadata.resourceVersion &&
    known.json === manifest.json
  );
}

/** Keeps in mind what an apply of the manifest gave. */
export function remember(client: ClusterClient, manifest: Manifest, object: KubernetesObject): void {
  const { resourceVersion } = object.metadata;
  if (resourceVersion === undefined) return;
  const known = memory.get(client) ?? new Map();
  known.set(describeObject(manifest), { json: manifest.json, resourceVersion });
  memory.set(client, known);
}
