import { describe, expect, test } from 'vitest';
import { readCIDRs } from '../../src/kubernetes/cidrs.js';
import { flagValues, parseKubeadmNetworking } from '../../src/kubernetes/cluster-settings.js';
import { parseServiceRange } from '../../src/kubernetes/service-cidrs.js';
import { failureOf } from './support/failure-of.js';
import { clientOf, refuse, startStubApiServer } from './support/stub-api-server.js';

const KUBEADM =
  'apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nnetworking:\n  podSubnet: 10.244.0.0/16,fd00:10:244::/56\n  serviceSubnet: 10.96.0.0/12\n';
// As Kubernetes 1.32 words it (registry/core/service/ipallocator).
const OUT_OF_RANGE =
  'Service "x" is invalid: spec.clusterIPs: Invalid value: ["1.1.1.1"]: failed to allocate IP 1.1.1.1: the provided IP (1.1.1.1) is not in the valid range. The range of valid IPs is 172.20.0.0/16';

/** A cluster of which only the given paths exist; POST is the dry run of a Service. */
async function cluster(
  objects: Record<string, unknown>,
  refusal = 'the provided network does not match the current range',
) {
  const server = await startStubApiServer(({ method, path }, response) => {
    if (method === 'POST') return refuse(response, 422, { reason: 'Invalid', message: refusal });
    const { pathname, searchParams } = new URL(path, server.url);
    const key = searchParams.has('labelSelector')
      ? `${pathname}?${searchParams.get('labelSelector')}`
      : pathname;
    return objects[key] ?? refuse(response, 404, { reason: 'NotFound', message: 'not found' });
  });
  return { client: await clientOf(server.url), server };
}

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

  test('kubeadm tells the whole block, of which the nodes show a part', async () => {
    const path = '/api/v1/namespaces/kube-system/configmaps/kubeadm-config';
    const { client } = await cluster({ ...NODES, [path]: { data: { ClusterConfiguration: KUBEADM } } });
    expect(await readCIDRs(client, {})).toEqual({
      podCIDRs: ['10.244.0.0/16', 'fd00:10:244::/56'],
      serviceCIDRs: ['10.96.0.0/12'],
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
    });
  });

  test('the pools of Calico and of Cilium', async () => {
    const { client } = await cluster({
      '/apis/crd.projectcalico.org/v1/ippools': {
        items: [{ spec: { cidr: '192.168.0.0/16' } }, { spec: { cidr: '172.16.0.0/16', disabled: true } }],
      },
      '/api/v1/namespaces/kube-system/configmaps/cilium-config': {
        data: { ipam: 'cluster-pool', 'cluster-pool-ipv4-cidr': '10.0.0.0/8' },
      },
    });
    expect(await readCIDRs(client, {})).toMatchObject({ podCIDRs: ['10.0.0.0/8', '192.168.0.0/16'] });
  });

  test('the pool of Cilium counts only where Cilium uses it', async () => {
    const { client } = await cluster({
      '/api/v1/namespaces/kube-system/configmaps/cilium-config': {
        data: { ipam: 'kubernetes', 'cluster-pool-ipv4-cidr': '10.0.0.0/8' },
      },
    });
    expect(await readCIDRs(client, {})).toMatchObject({ podCIDRs: [] });
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
  expect(await readCIDRs(client, stated)).toEqual(stated);
  expect(server.requests).toHaveLength(0);
});

test('without permissions nothing is known, and nothing fails', async () => {
  const server = await startStubApiServer((_, response) => refuse(response, 403, { reason: 'Forbidden' }));
  expect(await readCIDRs(await clientOf(server.url), {})).toEqual({ podCIDRs: [], serviceCIDRs: [] });
});

test('a cluster that stops to answer is no cluster without CIDRs', async () => {
  const server = await startStubApiServer((_, response) =>
    refuse(response, 503, { reason: 'ServiceUnavailable' }),
  );
  expect((await failureOf(readCIDRs(await clientOf(server.url), {}))).code).toBe('api-unavailable');
});

test.each([undefined, '', 'not: [yaml', 'text', 'kind: ClusterConfiguration'])(
  'kubeadm config %j tells nothing',
  (text) => {
    expect(parseKubeadmNetworking(text)).toEqual({});
  },
);

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
