import type { ClusterClient } from '../kubernetes/cluster-client.js';
import { collectionPath, versionPath } from '../kubernetes/kinds.js';
import { METADATA_LIST_ONLY } from '../kubernetes/metadata-only.js';
import type { KubernetesObject } from '../kubernetes/objects.js';
import { pause } from '../kubernetes/pause.js';
import type { ReadOptions } from '../kubernetes/request-options.js';
import { RolloutError } from '../rollout/rollout-error.js';
import { remindOfCRDs } from './forgotten-crds.js';
import type { Manifest } from './manifests.js';
import { ComponentLabel } from './ownership.js';

/** Kubernetes establishes a CRD within some 5 s; a machine that is busy takes its time. */
const PATIENCE_MS = 60_000;
/** One of several API servers lets a CRD wait for 5 s before it establishes it. */
const REMIND_AFTER_MS = 10_000;
const INTERVAL_MS = 200;

/**
 * Waits until the API server serves the resources of the CRDs among the manifests; for none it returns at once. What takes
 * long may have been forgotten: see {@link remindOfCRDs}.
 * Asks the discovery of their API versions: that follows the condition Established, which `istioctl install` waits for,
 * and is 2 KB where the CRDs themselves are 0.9 MB. One version after the other: while the first is not served, the
 * others need not be asked about.
 *
 * @throws RolloutError `api-unavailable` when that takes longer than a minute
 */
export async function waitForCRDs(
  client: ClusterClient,
  manifests: readonly Manifest[],
  signal: AbortSignal,
): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  let remindAt = Date.now() + REMIND_AFTER_MS;
  for (const [version, missing] of servedBy(manifests)) {
    for (;;) {
      const list = await client.get<{ resources: { name: string }[] }>(versionPath(version), { signal });
      for (const { name } of list?.resources ?? []) missing.delete(name);
      if (missing.size === 0) break;
      if (Date.now() > end) {
        const message = `does not serve its new kinds of ${version} yet: ${[...missing.keys()].join(', ')}`;
        throw new RolloutError('api-unavailable', message, { cluster: client.name });
      }
      if (Date.now() > remindAt) {
        await remindOfCRDs(client, [...missing.values()], signal);
        remindAt = Date.now() + REMIND_AFTER_MS;
      }
      await pause(INTERVAL_MS, signal);
    }
  }
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

/** By API version the plurals that the CRDs serve, with the names of the CRDs. */
function servedBy(manifests: readonly Manifest[]): Map<string, Map<string, string>> {
  const versions = new Map<string, Map<string, string>>();
  for (const { serves, name } of manifests) {
    if (serves === undefined) continue;
    const { apiVersion, plural } = serves;
    versions.set(apiVersion, (versions.get(apiVersion) ?? new Map<string, string>()).set(plural, name));
  }
  return versions;
}
