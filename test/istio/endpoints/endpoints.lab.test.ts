import { beforeAll, expect, it } from 'vitest';
import { createActivities } from '../../../activities/index.js';
import type { LabCluster } from '../../../lab/lab.js';
import { addressesIn, listSlices } from '../../../src/istio/endpoints/endpoint-slices.js';
import { readEndpoints, writeEndpoints } from '../../../src/istio/endpoints/endpoints.js';
import { ClusterClient } from '../../../src/kubernetes/client/cluster-client.js';
import { run } from '../../activities/support.js';
import { resourceVersions } from '../../e2e/proofs/cluster-objects.js';
import { until } from '../../support/wait.js';
import { attach, inputFor, newCluster, newWorker, step, totalChanged } from '../support/lab-mesh.js';

const CONTROL_PLANE = { istioNamespace: 'istio-system', revision: 'default' };
const ISTIO = '/api/v1/namespaces/istio-system';
const SLICES = '/apis/discovery.k8s.io/v1/namespaces/istio-system/endpointslices';
const DEAD = '192.0.2.9';
const never = new AbortController().signal;

let remote: LabCluster;
let admin: ClusterClient;

beforeAll(async () => {
  // With the controllers that mirror Endpoints into slices.
  remote = await newCluster('pointed');
  admin = new ClusterClient({ name: remote.name, path: remote.kubeconfigPath });
  await attach(await newWorker(), remote);
});

const namesOfSlices = async () =>
  (await listSlices(admin, CONTROL_PLANE, never)).map(({ metadata }) => metadata.name).sort();

function endpointSlice(name: string, service: string) {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, labels: { 'kubernetes.io/service-name': service } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [DEAD] }],
  };
}

it('addresses of an istiod that is gone are taken away: those of Endpoints, and those of other slices', async () => {
  const alive = await readEndpoints(admin, CONTROL_PLANE, never);
  await remote.api.post(`${ISTIO}/endpoints`, {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name: 'istiod' },
    subsets: [{ addresses: [{ ip: DEAD }], ports: [{ name: 'tcp-webhook', port: 15017 }] }],
  });
  await remote.api.post(SLICES, endpointSlice('left-behind', 'istiod'));
  await remote.api.post(SLICES, endpointSlice('of-another-service', 'web'));
  const before = await until('Endpoints are mirrored', async () => {
    const names = await namesOfSlices();
    return names.length === 3 ? names : undefined;
  });
  expect(await readEndpoints(admin, CONTROL_PLANE, never)).toEqual([...alive, DEAD].sort());

  const worker = await newWorker();
  const input = await inputFor(remote);
  const plan = await run(createActivities(worker).planRemote, { ...input, controlPlaneMoves: false });
  expect(plan.problems).toEqual([]);
  expect(plan.prune).toEqual([
    { kind: 'EndpointSlice', count: 1, names: ['istio-system/left-behind'] },
    { kind: 'Endpoints', count: 1, names: ['istio-system/istiod'] },
  ]);
  expect(await namesOfSlices()).toEqual(before);

  expect(await step(worker, 'installRemote', input)).toMatchObject({ changed: 2 });
  await step(worker, 'verifyRemote', input);
  await until('the mirrored slice is gone', async () => (await namesOfSlices()).join() === 'istiod');
  expect(await readEndpoints(admin, CONTROL_PLANE, never)).toEqual(alive);
  expect(await remote.api.get(`${SLICES}/of-another-service`)).toMatchObject({
    endpoints: [{ addresses: [DEAD] }],
  });
  expect(totalChanged(await attach(await newWorker(), remote))).toBe(0);
});

it('addresses that are there are not written again', async () => {
  const alive = await readEndpoints(admin, CONTROL_PLANE, never);
  const before = await resourceVersions(remote);
  // Of a family that the Service does not have: they change nothing.
  expect(await writeEndpoints(admin, CONTROL_PLANE, [...alive, 'fd00::1'], never)).toBe(0);
  const slices = (versions: Record<string, string>) =>
    Object.entries(versions).filter(([key]) => key.includes('endpointslices'));
  expect(slices(await resourceVersions(remote))).toEqual(slices(before));
});

it('two who write at the same time leave the addresses of one of them, whole', async () => {
  const alive = await readEndpoints(admin, CONTROL_PLANE, never);
  const lists = [['10.9.0.1'], ['10.9.0.1', '10.9.0.2'], ['10.9.0.3']];
  await Promise.all(lists.map((addresses) => writeEndpoints(admin, CONTROL_PLANE, addresses, never)));
  expect(lists).toContainEqual(await readEndpoints(admin, CONTROL_PLANE, never));
  expect(await namesOfSlices()).toEqual(['istiod']);
  await writeEndpoints(admin, CONTROL_PLANE, alive, never);
  expect(await readEndpoints(admin, CONTROL_PLANE, never)).toEqual(alive);
});

it('a Service with two IP families has a slice for each, and loses one with its family', async () => {
  const cluster = await newCluster('both', {
    controllers: 'few',
    serviceCIDR: '10.250.0.0/16,fd00:250::/112',
  });
  const client = new ClusterClient({ name: cluster.name, path: cluster.kubeconfigPath });
  const service = (ipFamilyPolicy: string) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'istiod', namespace: 'istio-system' },
    spec: { ipFamilyPolicy, ports: [{ name: 'tcp-istiod', port: 15012 }] },
  });
  const write = (...addresses: string[]) => writeEndpoints(client, CONTROL_PLANE, addresses, never);
  const slices = async () => {
    const all = await listSlices(client, CONTROL_PLANE, never);
    return all.map(
      (slice) => `${slice.metadata.name} ${slice.addressType} ${addressesIn([slice]).join(' ')}`,
    );
  };

  await client.apply(service('RequireDualStack'), { fieldManager: 'test' });
  expect(await write('10.0.0.1', 'fd00::1')).toBe(2);
  expect(await slices()).toEqual(['istiod IPv4 10.0.0.1', 'istiod.ipv6 IPv6 fd00::1']);
  expect(await write('fd00::1', '10.0.0.1')).toBe(0);
  expect(await write('10.0.0.1', 'fd00::2')).toBe(1);
  expect(await readEndpoints(client, CONTROL_PLANE, never)).toEqual(['10.0.0.1', 'fd00::2']);

  await client.apply(service('SingleStack'), { fieldManager: 'test' });
  expect(await write('10.0.0.1', 'fd00::2')).toBe(1);
  expect(await slices()).toEqual(['istiod IPv4 10.0.0.1']);
});
