import { expect, it } from 'vitest';
import { DryRunClient } from '../../../src/kubernetes/client/dry-run-client.js';
import { createOrMerge } from '../../../src/kubernetes/merge/create-or-merge.js';
import { failureOf } from '../support/failure-of.js';
import { clientOf, refuse, startStubApiServer } from '../support/stub-api-server.js';

const options = { fieldManager: 'test' };
const PATH = '/api/v1/namespaces/istio-system/endpoints/istio-pilot';
const endpoints = (ip: string, resourceVersion?: string) => ({
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata: {
    name: 'istio-pilot',
    namespace: 'istio-system',
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  },
  subsets: [{ addresses: [{ ip }] }],
});

it('creates what is not there', async () => {
  const server = await startStubApiServer(({ body }) => JSON.parse(body));
  const client = await clientOf(server.url);
  expect(await createOrMerge(client, endpoints('10.0.0.1'), null, options)).toBe(true);
  expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'POST /api/v1/namespaces/istio-system/endpoints?fieldManager=test',
  ]);
});

it('sends nothing where nothing differs', async () => {
  const server = await startStubApiServer();
  const client = await clientOf(server.url);
  const live = endpoints('10.0.0.1', '7');
  expect(await createOrMerge(client, endpoints('10.0.0.1'), live, options)).toBe(false);
  expect(server.requests).toEqual([]);
});

it('patches the object that was read, and no later one', async () => {
  const server = await startStubApiServer(({ body }) => JSON.parse(body));
  const client = await clientOf(server.url);
  expect(await createOrMerge(client, endpoints('10.0.0.2'), endpoints('10.0.0.1', '7'), options)).toBe(true);
  const [request] = server.requests;
  expect(request).toMatchObject({ method: 'PATCH', path: `${PATH}?fieldManager=test` });
  expect(request?.headers['content-type']).toBe('application/merge-patch+json');
  expect(JSON.parse(request?.body ?? '')).toEqual(endpoints('10.0.0.2', '7'));
});

it('is tried again when another writer was quicker', async () => {
  const server = await startStubApiServer((_, response) => refuse(response, 409, { reason: 'Conflict' }));
  const client = await clientOf(server.url);
  const patched = createOrMerge(client, endpoints('10.0.0.2'), endpoints('10.0.0.1', '7'), options);
  expect(await failureOf(patched)).toMatchObject({ code: 'api-unavailable', transient: true });
});

it('is tried as a dry run on a plan, which keeps what would have happened', async () => {
  const server = await startStubApiServer(({ method, path, body }, response) => {
    if (method === 'GET' && path === PATH) return endpoints('10.0.0.1', '7');
    return method === 'GET' ? refuse(response, 404, { reason: 'NotFound' }) : JSON.parse(body);
  });
  const plan = new DryRunClient(await clientOf(server.url));
  await createOrMerge(plan, endpoints('10.0.0.2'), endpoints('10.0.0.1', '7'), options);
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'istio-pilot', namespace: 'istio-system' },
  };
  await createOrMerge(plan, service, null, options);
  expect(plan.outcomes).toEqual([
    { object: expect.objectContaining({ kind: 'Endpoints' }), action: 'change' },
    { object: expect.objectContaining({ kind: 'Service' }), action: 'create' },
  ]);
  expect(await plan.get(PATH)).toMatchObject({ subsets: [{ addresses: [{ ip: '10.0.0.2' }] }] });
  const writes = server.requests.filter(({ method }) => method !== 'GET');
  expect(writes.every(({ path }) => path.includes('dryRun=All'))).toBe(true);
});

it('goes on from what a plan would have created', async () => {
  const server = await startStubApiServer(({ method, body }, response) =>
    method === 'GET' ? refuse(response, 404, { reason: 'NotFound' }) : JSON.parse(body),
  );
  const plan = new DryRunClient(await clientOf(server.url));
  await createOrMerge(plan, endpoints('10.0.0.1'), null, options);
  const planned = await plan.get<ReturnType<typeof endpoints>>(PATH);
  await createOrMerge(plan, endpoints('10.0.0.2'), planned ?? null, options);
  expect(await plan.get(PATH)).toMatchObject({ subsets: [{ addresses: [{ ip: '10.0.0.2' }] }] });
  expect(plan.outcomes).toEqual([
    { object: expect.objectContaining({ kind: 'Endpoints' }), action: 'create' },
  ]);
  expect(server.requests.filter(({ method }) => method === 'PATCH')).toEqual([]);
});
