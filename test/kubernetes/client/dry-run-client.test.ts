import { describe, expect, test } from 'vitest';
import { DryRunClient } from '../../../src/kubernetes/client/dry-run-client.js';
import { failureOf } from '../support/failure-of.js';
import { clientOf, refuse, type StubApiServer, startStubApiServer } from '../support/stub-api-server.js';

const APPLY = { fieldManager: 'test' };
const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'istio-system' } };

function configMap(name: string, data: Record<string, string> = {}) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'istio-system', name }, data };
}

/** A stub that has some objects, by path, and answers a dry run with what it was sent. */
async function world(
  live: Record<string, object> = {},
): Promise<{ server: StubApiServer; client: DryRunClient }> {
  const server = await startStubApiServer(({ method, path, body }, response) => {
    const object = live[path.split('?')[0] ?? ''];
    if (method === 'PATCH') {
      response.statusCode = object === undefined ? 201 : 200;
      return JSON.parse(body);
    }
    if (method === 'POST' || method === 'PUT') return {};
    return object ?? refuse(response, 404);
  });
  return { server, client: new DryRunClient(await clientOf(server.url)) };
}

const actions = (client: DryRunClient) =>
  client.outcomes.map(({ object, action }) => `${action} ${object.kind} ${object.name}`);

describe('a dry run', () => {
  test('sends no request that could write without asking for a dry run, whichever way it is asked to write', async () => {
    const { server, client } = await world({
      '/api/v1/namespaces/istio-system/configmaps/one': configMap('one'),
    });
    const path = '/api/v1/namespaces/istio-system/configmaps/one';
    await client.apply(configMap('one'), { ...APPLY, force: true, metadataOnly: true });
    await client.apply(configMap('two'), { ...APPLY, previous: null });
    await client.delete(configMap('one'));
    await client.create(configMap('three'), APPLY);
    await client.patch(path, { data: null }, APPLY);
    await client.request('POST', path, { body: {}, query: { dryRun: undefined } });
    await client.request('DELETE', path);
    await client.request('DELETE', path, { body: { kind: 'DeleteOptions', dryRun: [] } });
    await client.requestWithStatus('PUT', path, { body: {} });
    const writes = server.requests.filter(({ method }) => method !== 'GET');
    expect(writes.length).toBe(9);
    for (const { method, path: sent, body } of writes) {
      // The API server reads the options of a deletion from its body when it has one.
      if (method === 'DELETE') expect(JSON.parse(body)).toMatchObject({ dryRun: ['All'] });
      else expect(`${method} ${sent}`).toContain('dryRun=All');
    }
  });

  test('tells what stays as it is, where the caller has found that out', async () => {
    const { server, client } = await world();
    await client.keep({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'istio-system', name: 'one' });
    expect(actions(client)).toEqual(['keep ConfigMap one']);
    expect(server.requests).toEqual([]);
  });

  test('tells what would be created, changed, kept and pruned; several writes of an object count once', async () => {
    const { client } = await world({
      '/api/v1/namespaces/istio-system/configmaps/same': configMap('same', { a: '1' }),
      '/api/v1/namespaces/istio-system/configmaps/other': configMap('other', { a: '1' }),
      '/api/v1/namespaces/istio-system/configmaps/old': configMap('old'),
      '/api/v1/namespaces/istio-system/configmaps/replaced': configMap('replaced'),
    });
    await client.apply(configMap('new'), APPLY);
    await client.apply(configMap('new', { more: '1' }), APPLY);
    await client.apply(configMap('same', { a: '1' }), APPLY);
    await client.apply(configMap('other', { a: '2' }), APPLY);
    await client.apply(configMap('other', { a: '1' }), APPLY);
    await client.delete(configMap('old'));
    await client.delete(configMap('never-there'));
    await client.delete(configMap('replaced'));
    await client.apply(configMap('replaced'), APPLY);
    expect(actions(client)).toEqual([
      'create ConfigMap new',
      'keep ConfigMap same',
      'change ConfigMap other',
      'prune ConfigMap old',
      'change ConfigMap replaced',
    ]);
  });

  test('asks for nothing in a namespace that is only being created, and reads what would be there', async () => {
    const { server, client } = await world();
    await client.apply(NAMESPACE, APPLY);
    const { object } = await client.apply(configMap('one', { a: '1' }), APPLY);
    expect(object.metadata).toHaveProperty('uid');
    expect(await client.get('/api/v1/namespaces/istio-system/configmaps/one')).toMatchObject({
      data: { a: '1' },
    });
    expect(server.requests.filter(({ method }) => method === 'PATCH')).toHaveLength(1);
    expect(client.outcomes).toMatchObject([
      { action: 'create', object: { kind: 'Namespace' } },
      { action: 'create', untried: 'namespace istio-system is not there yet' },
    ]);
  });

  test('knows the kinds of CRDs that are only being created', async () => {
    const { client } = await world();
    const spec = { group: 'widgets.io', scope: 'Cluster', names: { kind: 'Widget', plural: 'widgets' } };
    const metadata = { name: 'widgets.widgets.io' };
    const widget = { apiVersion: 'widgets.io/v1', kind: 'Widget', metadata: { name: 'one' } };
    expect((await failureOf(client.apply(widget, APPLY))).message).toContain('does not serve');
    const crd = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata, spec };
    await client.apply(crd, APPLY);
    await client.apply(widget, APPLY);
    expect(client.outcomes[1]).toMatchObject({ action: 'create', untried: 'Widget is not served yet' });
  });

  test('a webhook that allows no dry run leaves the object untried; other refusals are thrown', async () => {
    const { server, client } = await world();
    let message = 'admission webhook "side.effects" does not support dry run';
    server.answer = ({ method }, response) =>
      method === 'PATCH' ? refuse(response, 400, { reason: 'BadRequest', message }) : refuse(response, 404);
    await client.apply(configMap('one'), APPLY);
    expect(client.outcomes).toMatchObject([
      { action: 'create', untried: expect.stringContaining('does not support dry run') },
    ]);
    message = 'no';
    expect(await failureOf(client.apply(configMap('two'), APPLY))).toMatchObject({
      code: 'request-rejected',
    });
    expect(client.outcomes).toHaveLength(1);
  });
});
