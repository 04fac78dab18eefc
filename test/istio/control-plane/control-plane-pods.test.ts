import { expect, test } from 'vitest';
import { addressesOf, readyControlPlanePods } from '../../../src/istio/control-plane/control-plane-pods.js';
import { clientOf, startStubApiServer } from '../../kubernetes/support/stub-api-server.js';

const READY = [{ type: 'Ready', status: 'True' }];
const never = new AbortController().signal;

async function primaryWith(...pods: { name: string; status: object; metadata?: object }[]) {
  const items = pods.map(({ name, status, metadata }) => ({ metadata: { name, ...metadata }, status }));
  return clientOf((await startStubApiServer(() => ({ items }))).url);
}

const read = async (...pods: Parameters<typeof primaryWith>) =>
  readyControlPlanePods(
    await primaryWith(...pods),
    { istioNamespace: 'istio-system', revision: 'default' },
    never,
  );

test('all addresses of the Ready Pods count, those of the first IP family first', async () => {
  const both = (podIP: string, other: string) => ({
    conditions: READY,
    podIP,
    podIPs: [{ ip: podIP }, { ip: other }],
  });
  const pods = await read(
    { name: 'b', status: both('10.0.0.2', 'fd00::1') },
    { name: 'a', status: both('10.0.0.1', 'fd00::2') },
    { name: 'late', status: { conditions: [], podIP: '10.0.0.3' } },
    { name: 'leaving', status: both('10.0.0.4', 'fd00::4'), metadata: { deletionTimestamp: 'now' } },
  );
  expect(pods.map(({ name, address }) => `${name} ${address}`)).toEqual(['a 10.0.0.1', 'b 10.0.0.2']);
  expect(addressesOf(pods)).toEqual(['10.0.0.1', '10.0.0.2', 'fd00::1', 'fd00::2']);
});

test('a Pod of a cluster with one IP family has one address', async () => {
  const pods = await read(
    { name: 'a', status: { conditions: READY, podIP: '10.0.0.1', podIPs: [{ ip: '10.0.0.1' }] } },
    { name: 'b', status: { conditions: READY, podIP: '10.0.0.2' } },
  );
  expect(addressesOf(pods)).toEqual(['10.0.0.1', '10.0.0.2']);
});

test('a control plane without a Ready Pod has no addresses yet', async () => {
  await expect(read({ name: 'a', status: { conditions: [] } })).rejects.toMatchObject({
    code: 'no-ready-endpoint',
    message: expect.stringContaining('1 are not ready'),
  });
});
