import { expect, test } from 'vitest';
import { applyManifests } from '../../../src/istio/apply/apply-manifests.js';
import { manifestOf } from '../../../src/istio/apply/manifests.js';
import type { KubernetesObject } from '../../../src/kubernetes/client/objects.js';
import { clientOf, refuse, startStubApiServer } from '../../kubernetes/support/stub-api-server.js';

const COLLECTION = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const NAME = 'gateways.networking.istio.io';
const CRD = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: NAME },
  spec: {
    group: 'networking.istio.io',
    names: { plural: 'gateways' },
    versions: [{ name: 'v1', served: true }],
  },
} as KubernetesObject;

/** A cluster in which a CRD can be applied; `live` is its metadata. */
async function cluster() {
  const state: { live?: Record<string, unknown>; served: boolean } = { served: true };
  const server = await startStubApiServer(({ method, path }, response) => {
    if (method === 'PATCH') {
      const isNew = state.live === undefined;
      state.live ??= { name: NAME, uid: 'u-1', generation: 1, resourceVersion: '5', labels: { a: 'b' } };
      response.statusCode = isNew ? 201 : 200;
      return { ...CRD, metadata: state.live };
    }
    if (path.startsWith(`${COLLECTION}?`)) return { items: state.live ? [{ metadata: state.live }] : [] };
    if (path !== '/apis') return refuse(response, 404, { reason: 'NotFound' });
    const resources = state.served ? [{ resource: 'gateways' }] : [];
    return {
      items: [{ metadata: { name: 'networking.istio.io' }, versions: [{ version: 'v1', resources }] }],
    };
  });
  const client = await clientOf(server.url);
  const manifests = [manifestOf(CRD, 'Base', { 'operator.istio.io/component': 'Base' })];
  return {
    state,
    /** Applies the CRD; gives what it has come to, and the methods and paths of what was sent. */
    apply: async (signal = new AbortController().signal) => {
      const before = server.requests.length;
      const { changed } = await applyManifests(client, manifests, signal);
      const sent = server.requests.slice(before).map(({ method, path }) => `${method} ${path.split('?')[0]}`);
      return { changed, sent };
    },
  };
}

test('a CRD that only got its status since is neither sent again nor waited for', async () => {
  const { state, apply } = await cluster();
  expect(await apply()).toEqual({
    changed: 1,
    sent: [`GET ${COLLECTION}`, `PATCH ${COLLECTION}/${NAME}`, 'GET /apis'],
  });
  Object.assign(state.live ?? {}, { resourceVersion: '9' });
  expect(await apply()).toEqual({ changed: 0, sent: [`GET ${COLLECTION}`] });
});

test.each([
  ['the spec', { generation: 2 }],
  ['a label', { labels: { a: 'other' } }],
  [
    'the owner of a field',
    { managedFields: [{ manager: 'istio-operator', operation: 'Apply', fieldsV1: {} }] },
  ],
  ['the whole object', { uid: 'u-2' }],
])('a CRD of which somebody has changed %s is applied again', async (_, change) => {
  const { state, apply } = await cluster();
  await apply();
  Object.assign(state.live ?? {}, change);
  expect((await apply()).sent).toContain(`PATCH ${COLLECTION}/${NAME}`);
});

test('a CRD that an attempt has sent and did not see served is waited for by the next one', async () => {
  const { state, apply } = await cluster();
  state.served = false;
  const killed = new AbortController();
  const first = apply(killed.signal);
  await expect.poll(() => state.live).toBeDefined();
  killed.abort(new Error('killed'));
  await expect(first).rejects.toThrow('killed');
  state.served = true;
  expect((await apply()).sent).toContain('GET /apis');
});
