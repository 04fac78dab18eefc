import { createHash } from 'node:crypto';
import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import { appliedFields } from '../../kubernetes/client/managed-fields.js';
import { describeObject, type KubernetesObject } from '../../kubernetes/client/objects.js';
import type { Manifest } from './manifests.js';
import { ISTIOCTL_MANAGER } from './ownership.js';

/**
 * What this worker has applied. An object that nobody has written to since cannot be changed by applying the same text
 * again, so that 0.9 MB of CRDs need neither be read nor merged for each attempt. It is a shortcut and nothing more: a
 * worker that knows nothing reads them whole, and applies what is otherwise.
 * Only hashes are kept, of some forty objects: 5 KB a cluster.
 */
const memory = new WeakMap<ClusterClient, Map<string, string>>();

/** Whether the object is just as this worker's last apply of this very manifest left it. */
export function isAsApplied(
  client: ClusterClient,
  manifest: Manifest,
  live: KubernetesObject | undefined,
): boolean {
  const known = memory.get(client)?.get(describeObject(manifest));
  return known !== undefined && live !== undefined && known === stateOf(manifest, live);
}

/** Keeps in mind what an apply of the manifest gave. */
export function remember(client: ClusterClient, manifest: Manifest, object: KubernetesObject): void {
  const known = memory.get(client) ?? new Map<string, string>();
  known.set(describeObject(manifest), stateOf(manifest, object));
  memory.set(client, known);
}

/**
 * Moves whenever somebody changes what a manifest can set, and with the manifest itself. Where there is a generation, it
 * counts every change of the spec, and the resourceVersion also moves with the status, as that of every new CRD does;
 * labels, annotations and what istioctl's manager owns are not counted by it.
 */
function stateOf(manifest: Manifest, { metadata }: KubernetesObject): string {
  const { uid, generation, resourceVersion, labels, annotations } = metadata;
  const state =
    generation === undefined
      ? { uid, resourceVersion }
      : { uid, generation, labels, annotations, owned: appliedFields(metadata, ISTIOCTL_MANAGER) };
  return hash(`${textHash(manifest)} ${JSON.stringify(state)}`);
}

/** Hundreds of remotes share the manifests of the CRDs. */
const textHashes = new WeakMap<Manifest, string>();

function textHash(manifest: Manifest): string {
  const known = textHashes.get(manifest) ?? hash(manifest.json);
  textHashes.set(manifest, known);
  return known;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
