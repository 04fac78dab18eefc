import type { ClusterClient } from '../kubernetes/cluster-client.js';
import { ClusterError } from '../kubernetes/cluster-error.js';
import { concurrently } from './concurrently.js';
import { waitForCRDs } from './crds.js';
import { settleConflicts } from './field-conflicts.js';
import { type Manifest, objectOf } from './manifests.js';
import { ISTIOCTL_MANAGER } from './ownership.js';
import { type WebhookConfiguration, withLiveCAs, withoutFields } from './webhook-configuration.js';

/** Requests under way at once: client-go's burst for istioctl is 50, of which a small API server has little joy. */
const CONCURRENCY = 8;

/** How a set of objects was applied. */
export interface AppliedSet {
  readonly objects: number;
  /** How many of them were created or changed. */
  readonly changed: number;
}

/**
 * Applies what istioctl rendered, as istioctl does: server-side under its field manager, CRDs first, then in groups
 * in which nothing needs another (istio 1.31, operator/cmd/mesh/manifest-generate.go, objectKindOrdering). Unlike
 * istioctl it does not force: see {@link settleConflicts}.
 * An object that need not change keeps its resourceVersion, and what others added to it.
 *
 * @throws ClusterError; `field-conflict` when another manager owns a field; RolloutError `api-unavailable` while new
 * CRDs are not served yet
 */
export async function applyManifests(
  client: ClusterClient,
  manifests: readonly Manifest[],
  signal: AbortSignal,
): Promise<AppliedSet> {
  let changed = 0;
  for (const group of groups(manifests)) {
    const applied = await concurrently(group, CONCURRENCY, (manifest) =>
      applyManifest(client, manifest, signal),
    );
    changed += applied.filter(Boolean).length;
    await waitForCRDs(client, group, signal);
  }
  return { objects: manifests.length, changed };
}

/** Applies one object; true when it was created or changed. */
export async function applyManifest(
  client: ClusterClient,
  manifest: Manifest,
  signal: AbortSignal,
): Promise<boolean> {
  const own = manifest.kind.endsWith('WebhookConfiguration')
    ? await keepAppliedCAs(client, manifest, signal)
    : manifest;
  const options = { fieldManager: ISTIOCTL_MANAGER, signal };
  try {
    return (await client.apply(own, options)).changed;
  } catch (error) {
    const conflicts = error instanceof ClusterError ? error.conflicts : [];
    const settlement = conflicts.length === 0 ? undefined : settleConflicts(conflicts);
    if (settlement === undefined) throw error;
    const { leave, force } = settlement;
    const settled = leave.length === 0 ? own : withoutFields(objectOf<WebhookConfiguration>(own), leave);
    return (await client.apply(settled, { ...options, force })).changed;
  }
}

/**
 * `istioctl install` copies the CA into the tag's webhooks, and so becomes an owner of it. An apply without it would
 * take it away, and no Pod could be created until istiod has put it back. So what istioctl had applied is applied
 * again; what istiod alone wrote is left to istiod.
 */
async function keepAppliedCAs(
  client: ClusterClient,
  manifest: Manifest,
  signal: AbortSignal,
): Promise<Manifest> {
  const live = await client.get<WebhookConfiguration>(await client.pathOf(manifest, signal), { signal });
  const applied = live?.metadata.managedFields?.find(
    ({ manager, operation }) => manager === ISTIOCTL_MANAGER && operation === 'Apply',
  );
  if (live === undefined || !JSON.stringify(applied?.fieldsV1 ?? {}).includes('"f:caBundle"'))
    return manifest;
  return { ...manifest, json: JSON.stringify(withLiveCAs(objectOf<WebhookConfiguration>(manifest), live)) };
}

/** The rank of a kind: lower ones are complete before higher ones start. */
const RANKS: Readonly<Record<string, number>> = {
  CustomResourceDefinition: 0,
  // They name roles and accounts.
  ClusterRoleBinding: 2,
  RoleBinding: 2,
  ValidatingAdmissionPolicyBinding: 2,
  // Pods mount ConfigMaps and run under accounts.
  Deployment: 3,
  DaemonSet: 3,
  HorizontalPodAutoscaler: 4,
  PodDisruptionBudget: 4,
};
const OTHER_RANK = 1;

function groups(manifests: readonly Manifest[]): Manifest[][] {
  const byRank: Manifest[][] = [];
  for (const manifest of manifests) {
    const rank = RANKS[manifest.kind] ?? OTHER_RANK;
    byRank[rank] = [...(byRank[rank] ?? []), manifest];
  }
  return byRank.filter((group) => group !== undefined);
}
