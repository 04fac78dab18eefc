import { applyManifest } from '../src/istio/apply-manifests.js';
import { checkInjectorCA, prepareInjectors } from '../src/istio/injector-webhook.js';
import type { Manifest } from '../src/istio/manifests.js';
import type { ClusterClient } from '../src/kubernetes/cluster-client.js';
import type { StepContext } from './activity.js';
import { waitUntil } from './wait-until.js';

const OFTEN = { intervalMs: 250 };

/**
 * Applies the webhooks that inject, in such an order that no Pod is refused on the way, wherever this is interrupted:
 * first switched off, and on when istiod has written its CA.
 *
 * @param root of the mesh, PEM
 * @returns how many were created or changed
 * @throws RolloutError `webhook-ca-missing` when istiod does not write its CA; ClusterError
 */
export async function applyInjectors(
  client: ClusterClient,
  injectors: readonly Manifest[],
  revision: string,
  root: string,
  step: StepContext,
): Promise<number> {
  const { signal } = step;
  const hasCA = () => checkInjectorCA(client, revision, root, signal);
  const changed = new Set(await prepareInjectors(client, injectors, root, signal));
  await waitUntil(step, hasCA, OFTEN);
  for (const injector of injectors) {
    if (await applyManifest(client, injector, signal)) changed.add(injector.name);
  }
  await waitUntil(step, hasCA, OFTEN);
  return changed.size;
}
