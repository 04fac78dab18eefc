import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import type { LabCluster } from '../../../lab/lab.js';
import { until } from '../../support/wait.js';
import type { Fleet } from '../support/fleet.js';
import { type Item, itemsOf } from './cluster-objects.js';

/** Times, identities and versions; and what a cluster has of its own: addresses. */
const ITS_OWN = new Set([
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'generation',
  'status',
  'clusterIP',
  'clusterIPs',
  'time',
  'finalizers',
]);
const UID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const ADDRESS = 'address-of-istiod';
const VALUES = '/api/v1/configmaps istio-system/values';
const PEM = /-----BEGIN [^-]+-----[^-]+-----END [^-]+-----(\\n|\n)?/g;

/**
 * Everything in a cluster of a fleet that a rollout, istiod or the test has written, by `path namespace/name`, without what
 * differs from cluster to cluster; who manages which field included. The words are the same for every fleet.
 *
 * @param formerAddresses where istiod was before: the ConfigMap `values` of a remote keeps the address of its installation
 */
export async function stateOf(
  fleet: Fleet,
  cluster: LabCluster,
  formerAddresses: readonly string[] = [],
): Promise<Record<string, unknown>> {
  const pods = await fleet.primary.api.get<{ items: { status: { podIP: string } }[] }>(
    '/api/v1/namespaces/istio-system/pods?labelSelector=app%3Distiod',
  );
  const words = new Map([
    [cluster.name, 'the-cluster'],
    [fleet.primary.name, 'the-hub'],
    [fleet.mesh, 'the-mesh'],
    ...pods.items.map(({ status }) => [status.podIP, ADDRESS] as const),
  ]);
  const state = await endState(cluster, words);
  const former = new Map(formerAddresses.map((address) => [address, ADDRESS] as const));
  if (VALUES in state) state[VALUES] = JSON.parse(inWords(JSON.stringify(state[VALUES]), former));
  return state;
}

/** Fails unless a state becomes the wanted one within some seconds; istiod and the controllers write for a while. */
export async function expectToBecome(
  what: string,
  state: () => Promise<Record<string, unknown>>,
  wanted: Record<string, unknown>,
): Promise<void> {
  const end = Date.now() + 10_000;
  const last = await until('the state to be the wanted one, or the time to be over', async () => {
    const now = await state();
    return isDeepStrictEqual(now, wanted) || Date.now() > end ? now : undefined;
  });
  expect(last, what).toEqual(wanted);
}

/** The names of the remote secrets in a primary, sorted. */
export async function remoteSecretsOf(primary: LabCluster): Promise<string[]> {
  const path = '/api/v1/namespaces/istio-system/secrets?labelSelector=istio%2FmultiCluster%3Dtrue';
  const { items } = await primary.api.get<{ items: Item[] }>(path);
  return items.map(({ metadata }) => metadata.name).sort();
}

/** @param words what stands for what: names and addresses of a fleet, and words for them */
async function endState(
  cluster: LabCluster,
  words: ReadonlyMap<string, string>,
): Promise<Record<string, unknown>> {
  const state: Record<string, unknown> = {};
  for (const { path, item } of await itemsOf(cluster)) {
    if (isLeftOut(path, item)) continue;
    forgetReminder(item);
    const { name, namespace = '' } = item.metadata;
    const text = inWords(JSON.stringify(strip(item)), words).replaceAll(UID, 'UID');
    state[inWords(`${path} ${namespace}/${name}`, words)] = JSON.parse(text);
  }
  return state;
}

/** What makes an API server serve a CRD that it has forgotten, after it was killed in the middle: it stays in the CRD. */
const REMINDER = 'mesh-rollout/established-again';

/** Takes the reminder out, and whose field it is: it shows what a cluster went through, and not what it is. */
function forgetReminder({ metadata }: Item): void {
  if (metadata.annotations?.[REMINDER] === undefined) return;
  const managed = metadata as { annotations: Record<string, string>; managedFields?: object[] | undefined };
  delete managed.annotations[REMINDER];
  managed.managedFields = (managed.managedFields ?? []).filter(
    (entry) => !JSON.stringify(entry).includes(`f:${REMINDER}`),
  );
}

function inWords(text: string, words: ReadonlyMap<string, string>): string {
  return [...words].reduce((result, [name, word]) => result.replaceAll(name, word), text);
}

/** What Kubernetes makes for itself, with addresses and ports; and the remote secrets, of which each primary has others. */
function isLeftOut(path: string, { metadata: { name, namespace, labels = {} } }: Item): boolean {
  if (path.endsWith('/secrets')) return name.startsWith('istio-remote-secret-');
  if (namespace === 'default' && name === 'kubernetes') return true;
  const byController = labels['endpointslice.kubernetes.io/managed-by']?.endsWith('.k8s.io') ?? false;
  return path.endsWith('/endpointslices') && byController;
}

function strip(value: unknown): unknown {
  if (typeof value === 'string') return isKey(value) ? 'a key' : value.replaceAll(PEM, 'PEM');
  if (Array.isArray(value)) return value.map(strip);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => !ITS_OWN.has(key));
  return Object.fromEntries(
    entries
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, key === 'managedFields' ? managersOf(inner) : strip(inner)]),
  );
}

/** Keys, certificates and tokens in base64: that they are there is compared, not what they are. */
function isKey(text: string): boolean {
  return text.length > 500 && /^[A-Za-z0-9+/=]+$/.test(text);
}

/** Who set which fields, whenever; the status is the controllers' business. */
function managersOf(entries: { subresource?: string }[]): unknown[] {
  const own = entries.filter(({ subresource }) => subresource === undefined).map(strip);
  return own.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
