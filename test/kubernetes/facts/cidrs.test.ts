import type { ServerResponse } from 'node:http';
import { describe, expect, test, vi } from 'vitest';
import { Refusals } from '../../../src/kubernetes/errors/refusals.js';
import { readCIDRs } from '../../../src/kubernetes/facts/cidrs.js';
import { flagValues, parseKubeadmNetworking } from '../../../src/kubernetes/facts/cluster-settings.js';
import { parseServiceRange } from '../../../src/kubernetes/facts/service-cidrs.js';
import { failureOf } from '../support/failure-of.js';
import { clientOf, refuse, startStubApiServer } from '../support/stub-api-server.js';

const KUBEADM =
  'apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nnetworking:\n  podSubnet: 10.244.0.0/16,fd00:10:244::/56\n  serviceSubnet: 10.96.0.0/12\n';
// As Kubernetes 1.32 words it (registry/core/service/ipallocator).
const OUT_OF_RANGE =
  'Service "x" is invalid: spec.clusterIPs: Invalid value: ["1.1.1.1"]: failed to allocate IP 1.1.1.1: the provided IP (1.1.1.1) is not in the valid range. The range of valid IPs is 172.20.0.0/16';

const FORBIDDEN = {
  reason: 'Forbidden',
  message: 'pods is forbidden: User "weak" cannot list resource "pods" in API group "" at the cluster scope',
};

/** A cluster of which only the given paths exist; POST is the dry run of a Service. */
async function cluster(
  objects: Record<string, unknown>,
  refusal = 'the provided network does not match the current range',
) {
  const server = await startStubApiServer(({ method, path }, response) => {
    if (method === 'POST') return refuse(response, 422, { reason: 'Invalid', message: refusal });
    if (path === '/readyz') return {};
    const { pathname, searchParams } = new URL(path, server.url);
    const key = searchParams.has('labelSelector')
      ? `${pathname}?${searchParams.get('labelSelector')}`
      : pathname;
    const object = objects[key];
    if (typeof object === 'function') return object(response);
    return object ?? refuse(response, 404, { reason: 'NotFound', message: 'not found' });
  });
  return { client: await clientOf(server.url), server };
}

const KUBEADM_CONFIG = '/api/v1/namespaces/kube-system/configmaps/kubeadm-config';
const CILIUM_CONFIG = '/api/v1/namespaces/kube-system/configmaps/cilium-config';
const IP_POOLS = '/apis/crd.projectcalico.org/v1/ippools';
const CIDRS_OF_SERVICES = {
  '/apis/networking.k8s.io/v1/servicecidrs': { items: [{ spec: { cidrs: ['10.96.0.0/12'] } }] },
};

const NODES = {
  '/api/v1/nodes': {
    items: [
      { spec: { podCIDRs: ['10.244.0.0/24'] } },
      { spec: { podCIDRs: ['10.244.1.0/24'] } },
      { spec: {} },
    ],
  },
};

describe('pod CIDRs', () => {
  test('the slices of the nodes, as few blocks', async () => {
    const { client } = await cluster(NODES);
    expect(await readCIDRs(client, {})).toMatchObject({ podCIDRs: ['10.244.0.0/23'] });
  });

  test('nodes are large, and come a hundred at a time', async () => {
    const { client, server } = await cluster({});
    await readCIDRs(client, {});
    const nodes = server.requests.filter(({ path }) => path.startsWith('/api/v1/nodes'));
    expect(nodes.map(({ path }) => path)).toEqual(['/api/v1/nodes?limit=100']);
  });

  test('kubeadm tells the whole block, of which the nodes show a part', async () => {
    const { client } = await cluster({
      ...NODES,
      [KUBEADM_CONFIG]: { data: { ClusterConfiguration: KUBEADM } },
    });
    expect(await readCIDRs(client, {})).toEqual({
      podCIDRs: ['10.244.0.0/16', 'fd00:10:244::/56'],
      serviceCIDRs: ['10.96.0.0/12'],
      unknown: {},
    });
  });

  test('the flags of the control plane', async () => {
    const path = '/api/v1/namespaces/kube-system/pods?component in (kube-apiserver,kube-controller-manager)';
    const pod = (...command: string[]) => ({ spec: { containers: [{ command }] } });
    const { client } = await cluster({
      [path]: {
        items: [
          pod('kube-apiserver', '--service-cluster-ip-range=10.100.0.0/16'),
          pod('kube-controller-manager', '--cluster-cidr', '10.200.0.0/16'),
        ],
      },
    });
    expect(await readCIDRs(client, {})).toEqual({
      podCIDRs: ['10.200.0.0/16'],
      serviceCIDRs: ['10.100.0.0/16'],
      unknown: {},
    });
  });

  test('the pools of Calico and of Cilium', async () => {
    const { client } = await cluster({
      [IP_POOLS]: {
        items: [{ spec: { cidr: '192.168.0.0/16' } }, { spec: { cidr: '172.16.0.0/16', disabled: true } }],
      },
      [CILIUM_CONFIG]: {
        data: { ipam: 'cluster-pool', 'cluster-pool-ipv4-cidr': '10.0.0.0/8' },
      },
    });
    expect(await readCIDRs(client, {})).toMatchObject({ podCIDRs: ['10.0.0.0/8', '192.168.0.0/16'] });
  });

  test("where Cilium uses its pool, the ranges of kubeadm and of the nodes are nobody's", async () => {
    const { client } = await cluster({
      ...NODES,
      [KUBEADM_CONFIG]: { data: { ClusterConfiguration: KUBEADM } },
      [CILIUM_CONFIG]: {
        data: { ipam: 'cluster-pool', 'cluster-pool-ipv4-cidr': '10.0.0.0/9 10.128.0.0/9' },
      },
    });
    expect(await readCIDRs(client, {})).toEqual({
      podCIDRs: ['10.0.0.0/8'],
      serviceCIDRs: ['10.96.0.0/12'],
      unknown: {},
    });
  });

  test('the pool of Cilium counts only where Cilium uses it', async () => {
    const { client } = await cluster({
      ...NODES,
      [CILIUM_CONFIG]: { data: { ipam: 'kubernetes', 'cluster-pool-ipv4-cidr': '10.0.0.0/8' } },
    });
    expect(await readCIDRs(client, {})).toMatchObject({ podCIDRs: ['10.244.0.0/23'] });
  });

  test('OpenShift has all of it in one object', async () => {
    const { client } = await cluster({
      '/api/v1/nodes': { items: [{ spec: {} }] },
      '/apis/config.openshift.io/v1/networks/cluster': {
        status: {
          clusterNetwork: [
            { cidr: '10.128.0.0/14', hostPrefix: 23 },
            { cidr: 'fd01::/48', hostPrefix: 64 },
          ],
          serviceNetwork: ['172.30.0.0/16', 'fd02::/112'],
        },
      },
    });
    expect(await readCIDRs(client, {})).toEqual({
      podCIDRs: ['10.128.0.0/14', 'fd01::/48'],
      serviceCIDRs: ['172.30.0.0/16', 'fd02::/112'],
      unknown: {},
    });
  });
});

describe('where a cloud assigns Pods addresses of its own network', () => {
  const table = (...addresses: unknown[]) => ({
    kind: 'Table',
    columnDefinitions: [{ name: 'Name' }, { name: 'IP' }, { name: 'Node' }],
    rows: addresses.map((address, index) => ({ cells: [`pod-${index}`, address, 'node'] })),
  });
  const cloud = { ...CIDRS_OF_SERVICES, '/api/v1/nodes': { items: [{ spec: {} }, { spec: {} }] } };

  test('addresses of Pods stand in for the range, which is not known all the same', async () => {
    const { client, server } = await cluster({
      ...cloud,
      '/api/v1/pods': table('10.1.2.3', '<none>', '10.1.9.9', 'fd00::7', null, 5, '10.1.2.3'),
    });
    expect(await readCIDRs(client, {})).toEqual({
      podCIDRs: ['10.1.2.3/32', '10.1.9.9/32', 'fd00::7/128'],
      serviceCIDRs: ['10.96.0.0/12'],
      unknown: { pod: ['only the addresses of some Pods are compared'] },
    });
    const [asked] = server.requests.filter(({ path }) => path.startsWith('/api/v1/pods'));
    const query = new URL(asked?.path ?? '', server.url).searchParams;
    // Nothing of the Pods but the columns; none that has the address of its node, none that has gone.
    expect(asked?.headers.accept).toMatch(/^application\/json;as=Table;/);
    expect(Object.fromEntries(query)).toEqual({
      fieldSelector: 'status.phase=Running,spec.hostNetwork=false',
      includeObject: 'None',
      limit: '500',
    });
  });

  test('who may not list all Pods sees those of kube-system', async () => {
    const { client } = await cluster({
      ...cloud,
      '/api/v1/pods': (response: ServerResponse) => refuse(response, 403, FORBIDDEN),
      '/api/v1/namespaces/kube-system/pods': table('10.1.2.3'),
    });
    expect(await readCIDRs(client, {})).toMatchObject({ podCIDRs: ['10.1.2.3/32'] });
  });

  test('two clusters that share addresses choose the same few of them, so that the conflict shows', async () => {
    const addresses = (count: number, third: number) =>
      Array.from({ length: count }, (_, i) => `10.${third}.${i >> 8}.${i & 255}`);
    const shared = addresses(250, 0);
    const sampleOf = async (own: number) => {
      const pods = table(...addresses(250, own), ...shared);
      return (await readCIDRs((await cluster({ ...cloud, '/api/v1/pods': pods })).client, {})).podCIDRs;
    };
    const [one, other] = [await sampleOf(1), await sampleOf(2)];
    expect(one.length).toBeLessThanOrEqual(32);
    expect(one.filter((block) => other.includes(block)).length).toBeGreaterThanOrEqual(3);
  });

  test.each([
    ['no table', { items: [{ status: { podIP: '10.1.2.3' } }] }],
    ['a table without addresses', { columnDefinitions: [{ name: 'Name' }], rows: [{ cells: ['pod'] }] }],
    ['odd rows', { columnDefinitions: [{ name: 'IP' }], rows: [null, {}, { cells: 5 }, { cells: [{}] }] }],
  ])('an answer with %s shows nothing', async (_, pods) => {
    const { client } = await cluster({ ...cloud, '/api/v1/pods': pods });
    expect(await readCIDRs(client, {})).toMatchObject({ podCIDRs: [], unknown: { pod: [] } });
  });

  test('nobody looks at Pods where the range is known', async () => {
    const { client, server } = await cluster({ ...NODES, '/api/v1/pods': table('10.1.2.3') });
    await readCIDRs(client, {});
    expect(server.requests.filter(({ path }) => path.startsWith('/api/v1/pods'))).toEqual([]);
  });
});

describe('service CIDRs', () => {
  test('every ServiceCIDR', async () => {
    const items = [
      { spec: { cidrs: ['10.96.0.0/16'] } },
      { spec: { cidrs: ['10.98.0.0/16', 'fd00::/112'] } },
    ];
    const { client } = await cluster({ '/apis/networking.k8s.io/v1/servicecidrs': { items } });
    expect(await readCIDRs(client, {})).toMatchObject({
      serviceCIDRs: ['10.96.0.0/16', '10.98.0.0/16', 'fd00::/112'],
    });
  });

  test('before Kubernetes 1.33 the API server names its range when it refuses an address; as a dry run', async () => {
    const { client, server } = await cluster({}, OUT_OF_RANGE);
    expect(await readCIDRs(client, {})).toMatchObject({ serviceCIDRs: ['172.20.0.0/16'] });
    const writes = server.requests.filter(({ method }) => method !== 'GET');
    expect(writes.map(({ path }) => new URL(path, server.url).searchParams.get('dryRun'))).toEqual(['All']);
  });

  test('a text without a range tells nothing', () => {
    expect(parseServiceRange('the provided network does not match the current range')).toBeUndefined();
  });
});

test('what the inventory says wins, and the cluster is not asked', async () => {
  const { client, server } = await cluster(NODES);
  const stated = { podCIDRs: ['10.8.0.0/16'], serviceCIDRs: ['10.9.0.0/16'] };
  expect(await readCIDRs(client, stated)).toEqual({ ...stated, unknown: {} });
  expect(server.requests).toHaveLength(0);
});

test('without permissions nothing is known, and nothing fails', async () => {
  const server = await startStubApiServer(({ path }, response) =>
    path === '/readyz' ? {} : refuse(response, 403, FORBIDDEN),
  );
  expect(await readCIDRs(await clientOf(server.url), {})).toEqual({
    podCIDRs: [],
    serviceCIDRs: [],
    unknown: { pod: [], service: [] },
  });
});

describe('what cannot be read now is not known, and never makes the cluster unreachable', () => {
  const serviceUnavailable = (response: ServerResponse) =>
    refuse(response, 503, { message: 'the server is currently unable to handle the request' });

  test.each([
    [
      'an error of the server',
      serviceUnavailable,
      'answered 503 to GET /api/v1/nodes: the server is currently',
    ],
    [
      'a throttled request',
      (response: ServerResponse) => refuse(response, 429),
      'answered 429 to GET /api/v1/nodes',
    ],
    [
      'a connection that is cut',
      (response: ServerResponse) => void response.destroy(),
      'cut the connection (GET /api/v1/nodes)',
    ],
    [
      'a page of an ingress',
      (response: ServerResponse) => void response.end('<html>hello</html>'),
      'not JSON: hello',
    ],
    ['a list that is none', () => ({ items: 'none' }), 'something that is not a list of objects'],
  ])('%s is the reason why', async (_, nodes, reason) => {
    const { client } = await cluster({ ...CIDRS_OF_SERVICES, '/api/v1/nodes': nodes });
    const { podCIDRs, serviceCIDRs, unknown } = await readCIDRs(client, {});
    expect([podCIDRs, serviceCIDRs]).toEqual([[], ['10.96.0.0/12']]);
    expect(unknown).toEqual({ pod: [expect.stringContaining(reason)] });
  });

  test('so is an answer that does not come in time', async () => {
    const { client } = await cluster({ [IP_POOLS]: () => undefined });
    const { unknown } = await readCIDRs(client, {}, { timeoutMs: 200 });
    expect(unknown.pod).toEqual([
      expect.stringContaining(`no complete response within 0.2 s (GET ${IP_POOLS})`),
    ]);
  });

  test('the dry run of a Service too, and what is said about both is said once', async () => {
    const server = await startStubApiServer((_, response) => serviceUnavailable(response));
    const { unknown } = await readCIDRs(await clientOf(server.url), {});
    expect(unknown.service).toContainEqual(
      expect.stringContaining('answered 503 to POST /api/v1/namespaces/default/services'),
    );
    expect(unknown.pod).toEqual([...new Set(unknown.pod)]);
  });

  test('a reason is of no account where the range is known from elsewhere', async () => {
    const { client } = await cluster({
      [IP_POOLS]: serviceUnavailable,
      [KUBEADM_CONFIG]: { data: { ClusterConfiguration: KUBEADM } },
    });
    expect(await readCIDRs(client, {})).toMatchObject({
      podCIDRs: ['10.244.0.0/16', 'fd00:10:244::/56'],
      unknown: {},
    });
  });

  test('but the signal of the caller is obeyed at once', async () => {
    const { client, server } = await cluster({ '/api/v1/nodes': () => undefined });
    const controller = new AbortController();
    const reading = readCIDRs(client, {}, { signal: controller.signal });
    await vi.waitFor(() =>
      expect(server.requests.map(({ path }) => path)).toContain('/api/v1/nodes?limit=100'),
    );
    controller.abort(new Error('the rollout was aborted'));
    await expect(reading).rejects.toThrow('the rollout was aborted');
  });

  test('and so are credentials that are refused', async () => {
    const server = await startStubApiServer((_, response) => refuse(response, 401));
    const read = async (refusals: Refusals) =>
      failureOf(readCIDRs(await clientOf(server.url, undefined, refusals), {}));
    expect(await read(new Refusals())).toMatchObject({ code: 'api-unavailable', status: 401 });
    expect(await read(new Refusals(0))).toMatchObject({ code: 'credentials-refused', status: 401 });
  });
});

test.each([
  '',
  'not: [yaml',
  'text',
  'kind: ClusterConfiguration',
  'networking: [1]',
  `${KUBEADM}#${'x'.repeat(70_000)}`,
])('kubeadm config %j says nothing', (text) => {
  expect(parseKubeadmNetworking(text)).toEqual({});
});

test('a flag is read in both spellings, and not mistaken for a longer one', () => {
  const words = [
    '--cluster-cidr=10.1.0.0/16, fd00::/56',
    '--cluster-cidr-mask=1',
    '--other',
    '--cluster-cidr',
    '10.2.0.0/16',
  ];
  expect(flagValues(words, 'cluster-cidr')).toEqual(['10.1.0.0/16', 'fd00::/56', '10.2.0.0/16']);
});
