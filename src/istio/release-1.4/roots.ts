import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import { objectPath } from '../../kubernetes/client/kinds.js';
import type { KubernetesObject } from '../../kubernetes/client/objects.js';

/** Where citadel hands out the root that it signs with (istio 1.4.3, security/pkg/k8s/configmap/configmap.go). */
const CONFIG_MAP = 'istio-security';
const KEY = 'caTLSRootCert';

/** Whether the sidecars of two clusters can trust each other. */
export type RootsVerdict =
  | { readonly verdict: 'equal' }
  /** Sidecars that use mutual TLS refuse each other. */
  | { readonly verdict: 'different' }
  /** One of the two citadels has not written its root. */
  | { readonly verdict: 'unknown'; readonly cluster: string };

/**
 * Compares the roots with which the citadels of primary and remote sign. Every citadel makes a root of its own, unless both
 * namespaces have the same Secret `cacerts` and the values have `security.selfSigned=false`.
 *
 * @throws ClusterError
 */
export async function compareRoots(
  primary: ClusterClient,
  remote: ClusterClient,
  istioNamespace: string,
  signal: AbortSignal,
): Promise<RootsVerdict> {
  const [ofPrimary, ofRemote] = await Promise.all([
    readRoot(primary, istioNamespace, signal),
    readRoot(remote, istioNamespace, signal),
  ]);
  if (ofPrimary === undefined) return { verdict: 'unknown', cluster: primary.name };
  if (ofRemote === undefined) return { verdict: 'unknown', cluster: remote.name };
  return { verdict: ofPrimary === ofRemote ? 'equal' : 'different' };
}

async function readRoot(
  client: ClusterClient,
  namespace: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const path = objectPath({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name: CONFIG_MAP });
  const map = await client.get<KubernetesObject & { readonly data?: Record<string, string> }>(path, {
    signal,
  });
  const root = map?.data?.[KEY];
  return root === undefined || root.trim() === '' ? undefined : root.trim();
}
