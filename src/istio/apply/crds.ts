import { pause } from '../../base/concurrency/pause.js';
import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import { collectionPath } from '../../kubernetes/client/kinds.js';
import { METADATA_LIST_ONLY } from '../../kubernetes/client/metadata-only.js';
import type { KubernetesObject } from '../../kubernetes/client/objects.js';
import type { ReadOptions } from '../../kubernetes/client/request-options.js';
import { fieldOf, mapsOf, textOf } from '../../kubernetes/client/untrusted.js';
import { RolloutError } from '../../rollout/rollout-error.js';
import { remindOfCRDs } from './forgotten-crds.js';
import type { Manifest } from './manifests.js';
import { ComponentLabel } from './ownership.js';

/** Kubernetes establishes a CRD within some 5 s; a machine that is busy takes its time. */
const PATIENCE_MS = 60_000;
/** One of several API servers lets a CRD wait for 5 s before it establishes it. */
const REMIND_AFTER_MS = 10_000;
const INTERVAL_MS = 300;
/** Discovery of all API groups in one answer (Kubernetes ≥ 1.30, kubernetes.io/docs/concepts/overview/kubernetes-api). */
const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/**
 * Waits until the API server serves the resources of the CRDs among the manifests; for none it returns at once. What takes
 * long may have been forgotten: see {@link remindOfCRDs}.
 * Asks discovery: it follows the condition Established, which `istioctl install` waits for, and one answer has all
 * kinds, where the CRDs themselves are 0.9 MB.
 *
 * @throws RolloutError `api-unavailable` when that takes longer than a minute
 */
export async function waitForCRDs(
  client: ClusterClient,
  manifests: readonly Manifest[],
  signal: AbortSignal,
): Promise<void> {
  const wanted = manifests.flatMap(({ name, serves }) =>
    serves ? { name, resource: `${serves.apiVersion} ${serves.plural}` } : [],
  );
  if (wanted.length === 0) return;
  const end = Date.now() + PATIENCE_MS;
  let remindAt = Date.now() + REMIND_AFTER_MS;
  for (;;) {
    const served = await readServed(client, signal);
    const missing = wanted.filter(({ resource }) => !served.has(resource));
    if (missing.length === 0) return;
    if (Date.now() > end) {
      const message = `does not serve its new kinds yet: ${missing.map(({ resource }) => resource).join(', ')}`;
      throw new RolloutError('api-unavailable', message, { cluster: client.name });
    }
    if (Date.now() > remindAt) {
      const names = missing.map(({ name }) => name);
      await remindOfCRDs(client, names, signal);
      remindAt = Date.now() + REMIND_AFTER_MS;
    }
    await pause(INTERVAL_MS, signal);
  }
}

/** What an API server serves, such as `networking.istio.io/v1 gateways`. */
async function readServed(client: ClusterClient, signal: AbortSignal): Promise<Set<string>> {
  const list = await client.get('/apis', { accept: AGGREGATED, signal });
  const served = new Set<string>();
  for (const group of mapsOf(fieldOf(list, 'items'))) {
    for (const version of mapsOf(group.versions)) {
      const apiVersion = `${textOf(fieldOf(group.metadata, 'name'))}/${textOf(version.version)}`;
      for (const { resource } of mapsOf(version.resources)) served.add(`${apiVersion} ${textOf(resource)}`);
    }
  }
  return served;
}

/**
 * The CRDs of Istio in a cluster by their names: one request instead of one for each. A CRD without istioctl's label is
 * not among them; an apply gives it the label, and so changes it.
 *
 * @param what `metadata` is some 0.1 MB, `whole` 1 MB
 */
export async function readIstioCRDs(
  client: ClusterClient,
  what: 'metadata' | 'whole',
  options: Pick<ReadOptions, 'signal' | 'timeoutMs'>,
): Promise<Map<string, KubernetesObject>> {
  const path = collectionPath('apiextensions.k8s.io/v1', 'CustomResourceDefinition');
  const items = await client.list<KubernetesObject>(path, {
    ...options,
    query: { labelSelector: `${ComponentLabel}=Base` },
    ...(what === 'metadata' ? { accept: METADATA_LIST_ONLY } : {}),
  });
  return new Map(items.map((item) => [item.metadata.name, item]));
}
