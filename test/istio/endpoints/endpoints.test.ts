import { describe, expect, it } from 'vitest';
import { readEndpoints, writeEndpoints } from '../../../src/istio/endpoints/endpoints.js';
import {
  clientOf,
  refuse,
  type StubRequest,
  startStubApiServer,
} from '../../kubernetes/support/stub-api-server.js';

const CONTROL_PLANE = { istioNamespace: 'istio-system', revision: 'default' };
const SERVICE = '/api/v1/namespaces/istio-system/services/istiod';
const ENDPOINTS = '/api/v1/namespaces/istio-system/endpoints/istiod';
const SLICES = '/apis/discovery.k8s.io/v1/namespaces/istio-system/endpointslices';
const V4 = ['10.0.0.1', '10.0.0.2'];
const V6 = ['fd00::1', 'fd00::2'];
const never = new AbortController().signal;

interface Slice {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly ownerReferences?: readonly object[];
  };
  readonly addressType: string;
  readonly endpoints: readonly { readonly addresses: readonly string[] }[] | null;
}

function slice(name: string, addressType: string, addresses: readonly string[], owner?: object): Slice {
  const endpoints = addresses.length === 0 ? null : addresses.map((address) => ({ addresses: [address] }));
  const metadata = {
    name,
    namespace: 'istio-system',
    uid: `uid-of-${name}`,
    ...(owner && { ownerReferences: [owner] }),
  };
  return { metadata, addressType, endpoints };
}

/** A remote that has the Service of istiod with these families, and these slices. */
async function remoteWith(ipFamilies: readonly string[], slices: readonly Slice[] = [], hasEndpoints = true) {
  const server = await startStubApiServer(({ method, path, body }, response) => {
    if (method === 'PATCH') return written(JSON.parse(body));
    if (path === ENDPOINTS && !hasEndpoints) return refuse(response, 404, { reason: 'NotFound' });
    if (path === SERVICE)
      return { metadata: { name: 'istiod', uid: 'uid-of-service' }, spec: { ipFamilies } };
    return method === 'GET' ? { items: slices } : {};
  });
  const client = await clientOf(server.url);
  return {
    client,
    requests: server.requests,
    write: (addresses: readonly string[]) => writeEndpoints(client, CONTROL_PLANE, addresses, never),
    /** What was written, in order. */
    writes: () => server.requests.filter(({ method }) => method !== 'GET').map(described),
  };
}

/** An object as an API server answers with it when an apply has changed it. */
function written(object: { readonly metadata: object }): object {
  return { ...object, metadata: { ...object.metadata, resourceVersion: 'another' } };
}

function described({ method, path, body }: StubRequest): string {
  const [url = ''] = path.split('?');
  const place = url.replace(`${SLICES}/`, 'slice ').replace(ENDPOINTS, 'Endpoints');
  if (method === 'DELETE') return `delete ${place} ${JSON.parse(body).preconditions?.uid}`;
  const { addressType, endpoints } = JSON.parse(body) as Slice;
  return `write ${place} ${addressType} ${endpoints?.flatMap(({ addresses }) => addresses).join(' ')}`;
}

describe('the addresses of istiod', () => {
  it('go into one slice where the Service has one family, whatever families istiod has', async () => {
    const { write, writes } = await remoteWith(['IPv4']);
    expect(await write([...V6, ...V4])).toBe(1);
    expect(writes()).toEqual(['write slice istiod IPv4 10.0.0.1 10.0.0.2']);
  });

  it('go into a slice for each family that Service and istiod have', async () => {
    const { write, writes, requests } = await remoteWith(['IPv6', 'IPv4']);
    expect(await write([...V4, ...V6])).toBe(2);
    expect(writes()).toEqual([
      'write slice istiod IPv6 fd00::1 fd00::2',
      'write slice istiod.ipv4 IPv4 10.0.0.1 10.0.0.2',
    ]);
    for (const { body } of requests.filter(({ method }) => method === 'PATCH')) {
      expect(JSON.parse(body).metadata).toMatchObject({
        labels: { 'kubernetes.io/service-name': 'istiod' },
        ownerReferences: [{ kind: 'Service', name: 'istiod', uid: 'uid-of-service' }],
      });
    }
  });

  it("go into the chart's slice where the Service has a second family, and istiod has not", async () => {
    const { write, writes } = await remoteWith(['IPv4', 'IPv6']);
    expect(await write(V6)).toBe(1);
    expect(writes()).toEqual(['write slice istiod IPv6 fd00::1 fd00::2']);
  });

  it('are read from every slice of the Service', async () => {
    const { client, requests } = await remoteWith(
      ['IPv4', 'IPv6'],
      [
        slice('istiod', 'IPv4', V4),
        slice('istiod.ipv6', 'IPv6', V6),
        slice('istiod-x7k2p', 'IPv4', ['192.0.2.9', '10.0.0.1']),
      ],
    );
    expect(await readEndpoints(client, CONTROL_PLANE, never)).toEqual([...V4, '192.0.2.9', ...V6]);
    expect(requests.map(({ path }) => path)).toEqual([
      expect.stringContaining(`${SLICES}?labelSelector=kubernetes.io%2Fservice-name%3Distiod`),
    ]);
  });

  it('are never taken away without others in their place', async () => {
    const { write, writes } = await remoteWith(['IPv4'], [slice('istiod', 'IPv4', V4)]);
    expect(await write([])).toBe(0);
    expect(writes()).toEqual([]);
  });
});

describe('what else the Service has', () => {
  it('is removed when the slices of istiod are written: another slice, and that of a family that is gone', async () => {
    const { write, writes } = await remoteWith(
      ['IPv4'],
      [
        slice('istiod', 'IPv4', ['10.0.0.9']),
        slice('istiod.ipv6', 'IPv6', []),
        slice('istiod-of-the-past', 'IPv4', ['10.0.0.9']),
      ],
    );
    expect(await write(V4)).toBe(3);
    expect(writes()).toEqual([
      'write slice istiod IPv4 10.0.0.1 10.0.0.2',
      'delete slice istiod.ipv6 uid-of-istiod.ipv6',
      'delete slice istiod-of-the-past uid-of-istiod-of-the-past',
    ]);
  });

  it('is removed at its source where Kubernetes has mirrored an Endpoints object', async () => {
    const owner = { apiVersion: 'v1', kind: 'Endpoints', name: 'istiod', uid: 'uid-of-endpoints' };
    const { write, writes } = await remoteWith(
      ['IPv4'],
      [slice('istiod-x7k2p', 'IPv4', ['10.0.0.9'], owner)],
    );
    expect(await write(V4)).toBe(2);
    expect(writes()).toEqual([
      'write slice istiod IPv4 10.0.0.1 10.0.0.2',
      'delete Endpoints uid-of-endpoints',
    ]);
  });

  it('is removed itself where the Endpoints object is gone already', async () => {
    const owner = { apiVersion: 'v1', kind: 'Endpoints', name: 'istiod', uid: 'uid-of-endpoints' };
    const mirrored = slice('istiod-x7k2p', 'IPv4', ['10.0.0.9'], owner);
    const { write, writes } = await remoteWith(['IPv4'], [mirrored], false);
    expect(await write(V4)).toBe(2);
    expect(writes().at(-1)).toBe('delete slice istiod-x7k2p uid-of-istiod-x7k2p');
  });

  it('is left alone where it holds no addresses', async () => {
    const { write, writes } = await remoteWith(['IPv4'], [slice('istiod-empty', 'IPv4', [])]);
    await write(V4);
    expect(writes()).toEqual(['write slice istiod IPv4 10.0.0.1 10.0.0.2']);
  });
});

it('a slice that must change its family is replaced when the other family has its addresses', async () => {
  const { write, writes } = await remoteWith(['IPv6', 'IPv4'], [slice('istiod', 'IPv4', V4)]);
  expect(await write([...V4, ...V6])).toBe(2);
  expect(writes()).toEqual([
    'write slice istiod.ipv4 IPv4 10.0.0.1 10.0.0.2',
    'delete slice istiod uid-of-istiod',
    'write slice istiod IPv6 fd00::1 fd00::2',
  ]);
});

it('without the Service nothing is written, and it is tried again', async () => {
  const server = await startStubApiServer(({ path }, response) =>
    path === SERVICE ? refuse(response, 404, { reason: 'NotFound' }) : { items: [] },
  );
  const client = await clientOf(server.url);
  await expect(writeEndpoints(client, CONTROL_PLANE, V4, never)).rejects.toMatchObject({
    code: 'api-unavailable',
    transient: true,
  });
  expect(server.requests.every(({ method }) => method === 'GET')).toBe(true);
});
