import { concurrently } from '../../base/concurrency/concurrently.js';
import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import { ownersOfLabel } from '../../kubernetes/client/managed-fields.js';
import { type Namespace, readNamespace } from '../../kubernetes/facts/namespaces.js';
import { MANAGED_BY } from '../../rollout/names.js';
import { RolloutError } from '../../rollout/rollout-error.js';
import { REVISION_LABEL } from '../apply/ownership.js';
import { injects } from './injector-webhook.js';
import type { WebhookConfiguration } from './webhook-configuration.js';

const INJECTION_LABEL = 'istio-injection';
const INJECTION_LABELS = [INJECTION_LABEL, REVISION_LABEL];
const CONCURRENCY = 4;

/** A namespace and what it wants: `enabled`, or a revision. */
export interface InjectedNamespace {
  readonly name: string;
  readonly injection: string;
}

/** The one label by which a namespace asks for sidecars. */
function injectionLabel(injection: string): Record<string, string> {
  return injection === 'enabled' ? { [INJECTION_LABEL]: 'enabled' } : { [REVISION_LABEL]: injection };
}

/**
 * The labels of a namespace that contradict the wanted injection, as `key=value`. Two of them beside each other never mean
 * what both say: `istio-injection` wins (istio 1.31, namespace selectors of the injector webhooks; analyzer message
 * IST0123). One that only an earlier rollout has applied is none: it goes by itself when another one takes its place.
 */
export function contraryLabels(live: Namespace, injection: string): string[] {
  const wanted = injectionLabel(injection);
  return INJECTION_LABELS.flatMap((key) => {
    const value = live.metadata.labels?.[key];
    const isContrary = value !== undefined && value !== wanted[key] && !isOnlyOurs(live, key);
    return isContrary ? [`${key}=${value}`] : [];
  });
}

/** A namespace that is to be labelled. */
export interface UnlabelledNamespace extends InjectedNamespace {
  /** The labels about injection that only the project has written there by now. */
  readonly before: Readonly<Record<string, string>>;
}

/**
 * Returns the namespaces that do not carry the label yet, whoever would have written it. Every one is looked at first.
 *
 * @param injectors the webhooks of the cluster; they carry istiod's CA, or creating Pods would fail
 * @throws RolloutError `namespace-not-ready` with every problem: a namespace is missing or being deleted, carries a label
 * that contradicts, or no webhook would look at it
 */
export async function missingLabels(
  remote: ClusterClient,
  namespaces: readonly InjectedNamespace[],
  injectors: readonly WebhookConfiguration[],
  signal: AbortSignal,
): Promise<UnlabelledNamespace[]> {
  const looked = await look(remote, namespaces, injectors, signal);
  return looked
    .filter(({ injection, live }) => !hasLabels(live, injectionLabel(injection)))
    .map(({ name, injection, live }) => ({ name, injection, before: ownLabels(live) }));
}

/**
 * Labels namespaces for injection, all or none: first every one is looked at. One that carries the label already is not
 * touched, whoever wrote it.
 *
 * @returns how many were changed
 * @throws RolloutError as {@link missingLabels}
 */
export async function labelNamespaces(
  remote: ClusterClient,
  namespaces: readonly InjectedNamespace[],
  injectors: readonly WebhookConfiguration[],
  signal: AbortSignal,
): Promise<number> {
  const looked = await look(remote, namespaces, injectors, signal);
  const changed = await concurrently(looked, CONCURRENCY, async ({ name, injection, live }) => {
    const labels = injectionLabel(injection);
    if (hasLabels(live, labels)) return false;
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
    return (await remote.apply(namespace, { fieldManager: MANAGED_BY, previous: live ?? null, signal }))
      .changed;
  });
  return changed.filter(Boolean).length;
}

/** Takes the labels off again, and restores what the project had written before; whoever else owns one keeps it. */
export async function takeLabelsOff(
  remote: ClusterClient,
  namespaces: readonly UnlabelledNamespace[],
  signal: AbortSignal,
): Promise<void> {
  await concurrently(namespaces, CONCURRENCY, async ({ name, before }) => {
    // What this manager had set before and does not set now is removed by the apply.
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: before } };
    await remote.apply(namespace, { fieldManager: MANAGED_BY, signal });
  });
}

function ownLabels(live: Namespace | undefined): Record<string, string> {
  const own = INJECTION_LABELS.flatMap((key) => {
    const value = live?.metadata.labels?.[key];
    return live && value !== undefined && isOnlyOurs(live, key) ? [[key, value] as const] : [];
  });
  return Object.fromEntries(own);
}

async function look(
  remote: ClusterClient,
  namespaces: readonly InjectedNamespace[],
  injectors: readonly WebhookConfiguration[],
  signal: AbortSignal,
) {
  const looked = await concurrently(namespaces, CONCURRENCY, async (wanted) => {
    const live = await readNamespace(remote, wanted.name, { signal });
    return { ...wanted, live, problem: problemOf(wanted, live, injectors) };
  });
  const problems = looked.flatMap(({ problem }) => problem ?? []);
  if (problems.length > 0) {
    throw new RolloutError('namespace-not-ready', problems.join('; '), { cluster: remote.name });
  }
  return looked;
}

/** Why a namespace cannot be labelled, or undefined. */
export function problemOf(
  { name, injection }: InjectedNamespace,
  live: Namespace | undefined,
  injectors: readonly WebhookConfiguration[],
): string | undefined {
  if (live === undefined) return `namespace ${name} does not exist`;
  if (live.status?.phase === 'Terminating') return `namespace ${name} is being deleted`;
  const wanted = injectionLabel(injection);
  const [contrary] = contraryLabels(live, injection);
  if (contrary !== undefined) return `namespace ${name} is labelled ${contrary}, not ${describe(wanted)}`;
  if (injects(injectors, wanted)) return undefined;
  return `no injector webhook looks at namespaces labelled ${describe(wanted)} (namespace ${name})`;
}

function hasLabels(namespace: Namespace | undefined, labels: Record<string, string>): boolean {
  const live = namespace?.metadata.labels ?? {};
  const others = INJECTION_LABELS.filter((key) => !(key in labels));
  return (
    Object.entries(labels).every(([key, value]) => live[key] === value) &&
    others.every((key) => live[key] === undefined)
  );
}

function isOnlyOurs(live: Namespace, label: string): boolean {
  const owners = ownersOfLabel(live, label);
  return (
    owners.length > 0 &&
    owners.every(({ manager, operation }) => manager === MANAGED_BY && operation === 'Apply')
  );
}

function describe(labels: Record<string, string>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}
