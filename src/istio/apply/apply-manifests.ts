import { concurrently } from '../../base/concurrency/concurrently.js';
import type { Applied, ApplyOptions } from '../../kubernetes/client/apply.js';
import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import { appliedFields } from '../../kubernetes/client/managed-fields.js';
import type { KubernetesObject } from '../../kubernetes/client/objects.js';
import { ClusterError } from '../../kubernetes/errors/cluster-error.js';
import { type WebhookConfiguration, withLiveCAs, withoutFields } from '../inject/webhook-configuration.js';
import { withEnforcedExpressions } from './admissions-enforcer.js';
import { isAsApplied, remember } from './applied.js';
import { readIstioCRDs, waitForCRDs } from './crds.js';
import { namingObject, settleConflicts } from './field-conflicts.js';
import { type Manifest, objectOf } from './manifests.js';
import { ISTIOCTL_MANAGER } from './ownership.js';

/** Requests under way at once, per cluster. A CRD costs an API server some 0.1 s of CPU: more would only queue there. */
const CONCURRENCY = 4;
/** An API server that takes in the CRDs of Istio on a busy machine is slow; giving up would make it begin again. */
const TIMEOUT_MS = 30_000;

/** How a set of objects was applied. */
export interface AppliedSet {
  readonly objects: number;
  /** How many of them were created or changed. */
  readonly changed: number;
  /** Istio was never installed in the cluster before: it had none of the CRDs that were applied. */
  readonly isFirst: boolean;
}

/**
 * Applies what istioctl rendered, as istioctl does: server-side under its field manager, CRDs first, then in groups
 * in which nothing needs another (istio 1.31, operator/cmd/mesh/manifest-generate.go, objectKindOrdering). Unlike
 * istioctl it does not force: see {@link settleConflicts}.
 * An object that need not change keeps its resourceVersion, and what others added to it. Where none of the CRDs was there,
 * the other objects are not read first: they are not there either, and what is there all the same is a conflict.
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
  let isFirst = false;
  for (const group of inOrder(manifests)) {
    const hasCRDs = group.some(({ serves }) => serves);
    const crds = hasCRDs ? await readCRDs(client, group, signal) : undefined;
    if (crds) isFirst = crds.size === 0;
    const applied = await concurrently(group, CONCURRENCY, async (manifest) => {
      const readUnlessFirst = () => (isFirst ? undefined : read(client, manifest, signal));
      const live = crds ? crds.get(manifest.name) : await readUnlessFirst();
      return { manifest, outcome: await applyTo(client, manifest, live, signal) };
    });
    const sent = applied.filter(({ outcome }) => outcome !== 'as-applied');
    await waitForCRDs(
      client,
      sent.map(({ manifest }) => manifest),
      signal,
    );
    for (const { manifest, outcome } of applied) {
      if (outcome === 'as-applied') continue;
      remember(client, manifest, outcome.object);
      changed += Number(outcome.changed);
    }
  }
  return { objects: manifests.length, changed, isFirst };
}

/** Applies one object; true when it was created or changed. */
export async function applyManifest(
  client: ClusterClient,
  manifest: Manifest,
  signal: AbortSignal,
): Promise<boolean> {
  return await applyOver(client, manifest, await read(client, manifest, signal), signal);
}

/**
 * Applies one object that the caller has just read; true when it was created or changed.
 *
 * @param live as it was read; undefined when there is none
 */
export async function applyOver(
  client: ClusterClient,
  manifest: Manifest,
  live: KubernetesObject | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  const outcome = await applyTo(client, manifest, live, signal);
  if (outcome === 'as-applied') return false;
  remember(client, manifest, outcome.object);
  return outcome.changed;
}

async function read(
  client: ClusterClient,
  manifest: Manifest,
  signal: AbortSignal,
): Promise<KubernetesObject | undefined> {
  const path = await client.pathOf(manifest, signal);
  return client.get<KubernetesObject>(path, { signal, timeoutMs: TIMEOUT_MS });
}

/** Whole where this worker does not know them, so that CRDs which another one has applied are not merged once more. */
async function readCRDs(
  client: ClusterClient,
  manifests: readonly Manifest[],
  signal: AbortSignal,
): Promise<Map<string, KubernetesObject>> {
  const options = { signal, timeoutMs: TIMEOUT_MS };
  const metadata = await readIstioCRDs(client, 'metadata', options);
  const isKnown = (manifest: Manifest) => isAsApplied(client, manifest, metadata.get(manifest.name));
  return metadata.size === 0 || manifests.every(isKnown)
    ? metadata
    : await readIstioCRDs(client, 'whole', options);
}

/** Applies one object that was just read; nothing is sent where this worker knows that nothing would change. */
async function applyTo(
  client: ClusterClient,
  manifest: Manifest,
  live: KubernetesObject | undefined,
  signal: AbortSignal,
): Promise<'as-applied' | Applied<KubernetesObject>> {
  if (isAsApplied(client, manifest, live)) return 'as-applied';
  const options = { signal, timeoutMs: TIMEOUT_MS, metadataOnly: true, previous: live ?? null };
  return applySettled(client, manifest, options);
}

async function applySettled(
  client: ClusterClient,
  manifest: Manifest,
  options: Omit<ApplyOptions, 'fieldManager'> & { readonly signal: AbortSignal },
): Promise<Applied<KubernetesObject>> {
  const fieldManager = ISTIOCTL_MANAGER;
  const own = keepingWhatOthersAdd(manifest, options.previous);
  try {
    return await client.apply<KubernetesObject>(own, { ...options, fieldManager });
  } catch (error) {
    const conflicts = error instanceof ClusterError ? error.conflicts : [];
    const settlement = conflicts.length === 0 ? undefined : settleConflicts(conflicts);
    if (settlement === undefined) throw namingObject(manifest, error);
    const { leave, force } = settlement;
    // The other manager may have written since the object was read.
    const live = await read(client, manifest, options.signal);
    const kept = keepingWhatOthersAdd(manifest, live);
    const settled = leave.length === 0 ? kept : withoutFields(objectOf<WebhookConfiguration>(kept), leave);
    return await client.apply<KubernetesObject>(settled, { ...options, fieldManager, force });
  }
}

/** A webhook configuration with what others have written into the live one and rely on; other objects as they are. */
function keepingWhatOthersAdd(manifest: Manifest, live: KubernetesObject | null | undefined): Manifest {
  if (!live || !manifest.kind.endsWith('WebhookConfiguration')) return manifest;
  const own = objectOf<WebhookConfiguration>(manifest);
  return { ...manifest, json: JSON.stringify(withEnforcedExpressions(withAppliedCAs(own, live), live)) };
}

/**
 * `istioctl install` copies the CA into the tag's webhooks, and so becomes an owner of it. An apply without it would
 * take it away, and no Pod could be created until istiod has put it back. So what istioctl had applied is applied
 * again; what istiod alone wrote is left to istiod.
 */
function withAppliedCAs(own: WebhookConfiguration, live: WebhookConfiguration): WebhookConfiguration {
  const applied = JSON.stringify(appliedFields(live.metadata, ISTIOCTL_MANAGER));
  return applied.includes('"f:caBundle"') ? withLiveCAs(own, live) : own;
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

/** The manifests in groups, each of which can be applied at once when the ones before are complete. */
export function inOrder(manifests: readonly Manifest[]): Manifest[][] {
  const byRank: Manifest[][] = [];
  for (const manifest of manifests) {
    const rank = RANKS[manifest.kind] ?? OTHER_RANK;
    byRank[rank] = [...(byRank[rank] ?? []), manifest];
  }
  return byRank.filter((group) => group !== undefined);
}
