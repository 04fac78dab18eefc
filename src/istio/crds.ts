import type { ClusterClient } from '../kubernetes/cluster-client.js';
import { versionPath } from '../kubernetes/kinds.js';
import { RolloutError } from '../rollout/rollout-error.js';
import type { Manifest } from './manifests.js';
import { pause } from './pause.js';

/** Kubernetes establishes a CRD within some 5 s; a machine that is busy takes its time. */
const PATIENCE_MS = 60_000;
const INTERVAL_MS = 200;

/**
 * Waits until the API server serves the resources of the CRDs among the manifests; for none it returns at once.
 * Asks the discovery of their API versions: that follows the condition Established, which `istioctl install` waits for,
 * and is 2 KB where the CRDs themselves are 0.9 MB.
 *
 * @throws RolloutError `api-unavailable` when that takes longer than a minute
 */
export async function waitForCRDs(
  client: ClusterClient,
  manifests: readonly Manifest[],
  signal: AbortSignal,
): Promise<void> {
  const missing = servedBy(manifests);
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    for (const [version, plurals] of missing) {
      const list = await client.get<{ resources: { name: string }[] }>(versionPath(version), { signal });
      for (const { name } of list?.resources ?? []) plurals.delete(name);
      if (plurals.size === 0) missing.delete(version);
    }
    if (missing.size === 0) return;
    if (Date.now() > end) {
      const names = [...missing].flatMap(([version, plurals]) =>
        [...plurals].map((plural) => `${plural} (${version})`),
      );
      throw new RolloutError('api-unavailable', `does not serve its new kinds yet: ${names.join(', ')}`, {
        cluster: client.name,
      });
    }
    await pause(INTERVAL_MS, signal);
  }
}

/** Plurals by API version. */
function servedBy(manifests: readonly Manifest[]): Map<string, Set<string>> {
  const plurals = new Map<string, Set<string>>();
  for (const { serves } of manifests) {
    if (serves === undefined) continue;
    plurals.set(serves.apiVersion, (plurals.get(serves.apiVersion) ?? new Set()).add(serves.plural));
  }
  return plurals;
}
