import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import type { LabCluster } from '../../lab/lab.js';
import { until } from '../support/wait.js';
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
const PEM = /-----BEGIN [^-]+-----[^-]+-----END [^-]+-----(\\n|\n)?/g;

/**
 * Everything in a cluster that a rollout, istiod or the test has written, by `path namespace/name`, without what differs
 * from cluster to cluster; who manages which field included.
 *
 * @param words what stands for what: names and addresses of this fleet, and words for them
 */
export async function endState(
  cluster: LabCluster,
  words: ReadonlyMap<string, string>,
): Promise<Record<string, unknown>> {
  const inWords = (text: string) =>
    [...words].reduce((result, [name, word]) => result.replaceAll(name, word), text).replaceAll(UID, 'UID');
  const state: Record<string, unknown> = {};
  for (const { path, item } of await itemsOf(cluster)) {
    if (isLeftOut(path, item)) continue;
    const { name, namespace = '' } = item.metadata;
    state[inWords(`${path} ${namespace}/${name}`)] = JSON.parse(inWords(JSON.stringify(strip(item))));
  }
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
