import { expect, it } from 'vitest';
import { release14Endpoints } from '../../../../src/istio/release-1.4/steps/control-plane-endpoints.js';
import { siteOn } from '../../support/site-on.js';
import { stubCluster } from '../../support/stub-cluster.js';

const NS = 'istio-system';
const PODS = {
  pilot: 'istio=pilot',
  policy: 'istio-mixer-type=policy',
  telemetry: 'istio-mixer-type=telemetry',
};

const controlPlane = { istioNamespace: NS, revision: 'default' };

function podsAt(addresses: Readonly<Record<keyof typeof PODS, string>>) {
  const pods = Object.entries(PODS).map(([part, label]) => {
    const [key = '', value = ''] = label.split('=');
    const podIP = addresses[part as keyof typeof PODS];
    const status = { podIP, conditions: [{ type: 'Ready', status: 'True' }] };
    return [
      `/api/v1/namespaces/${NS}/pods/${part}`,
      { metadata: { name: part, labels: { [key]: value } }, status },
    ];
  });
  return Object.fromEntries(pods);
}

it('points a remote at the Ready Pods of the three services, and says which address is whose', async () => {
  const primary = await stubCluster(podsAt({ pilot: '10.1.0.1', policy: '10.1.0.2', telemetry: '10.1.0.3' }));
  const remote = await stubCluster();
  const { step } = siteOn(remote.client, primary.client);
  const settle = () => release14Endpoints.settle(remote.client, primary.client, controlPlane, step);
  const endpoints = ['istio-pilot=10.1.0.1', 'istio-policy=10.1.0.2', 'istio-telemetry=10.1.0.3'];
  expect(await settle()).toEqual({ endpoints, changed: 3 });
  expect(await settle()).toEqual({ endpoints, changed: 0 });
  expect(await release14Endpoints.ready(primary.client, controlPlane, step.signal)).toEqual(endpoints);
});

it('points only remotes that name the primary and have the Endpoints', async () => {
  const namespace = (primary: string) => ({
    metadata: { annotations: { 'topology.istio.io/controlPlaneClusters': primary } },
  });
  const isPointed = async (objects: Record<string, object>) => {
    const { client } = await stubCluster(objects);
    const mesh = { ...controlPlane, mesh: 'shop', primary: 'hub' };
    return await release14Endpoints.isPointedByRollouts(client, mesh, new AbortController().signal);
  };
  const [path, endpoints] = [`/api/v1/namespaces/${NS}`, `/api/v1/namespaces/${NS}/endpoints/istio-pilot`];
  expect(await isPointed({ [path]: namespace('hub'), [endpoints]: {} })).toBe(true);
  expect(await isPointed({ [path]: namespace('other'), [endpoints]: {} })).toBe(false);
  expect(await isPointed({ [path]: namespace('hub') })).toBe(false);
});
