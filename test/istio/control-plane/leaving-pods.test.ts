import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { newPodsAtOnce } from '../../../src/istio/control-plane/control-plane-deployment.js';
import { addressesOf, readyControlPlanePods } from '../../../src/istio/control-plane/control-plane-pods.js';
import type { Deployment } from '../../../src/kubernetes/facts/deployment-readiness.js';
import { clientOf, startStubApiServer } from '../../kubernetes/support/stub-api-server.js';

const READY = [{ type: 'Ready', status: 'True' }];

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

/** A primary whose istiod has two replicas and is replaced; `pods` are its Ready ones: name, address and template. */
async function primaryWith(state: { pods: [address: string, template: string][]; requests?: string[] }) {
  const server = await startStubApiServer(({ path }) => {
    state.requests?.push(path.split('?')[0] ?? '');
    if (path.includes('/pods?'))
      return {
        items: state.pods.map(([podIP, template]) => ({
          metadata: { name: podIP, labels: { 'pod-template-hash': template } },
          status: { conditions: READY, podIP },
        })),
      };
    if (path.includes('/replicasets?')) {
      const set = (template: string, revision: string) => ({
        metadata: {
          annotations: { 'deployment.kubernetes.io/revision': revision },
          labels: { 'pod-template-hash': template },
        },
        status: { readyReplicas: state.pods.filter((pod) => pod[1] === template).length },
      });
      return { items: [set('old', '1'), set('new', '2')] };
    }
    const annotations = { 'deployment.kubernetes.io/revision': '2' };
    const metadata = { name: 'istiod', namespace: 'istio-system', generation: 2, annotations };
    const spec = { replicas: 2, selector: { matchLabels: { app: 'istiod' } } };
    return { metadata, spec, status: { observedGeneration: 2 } };
  });
  const client = await clientOf(server.url);
  return async () => {
    // Answers are shared for half a second.
    vi.setSystemTime(Date.now() + 1_000);
    const controlPlane = { istioNamespace: 'istio-system', revision: 'default' };
    return addressesOf(await readyControlPlanePods(client, controlPlane, new AbortController().signal));
  };
}

describe('the old Pods of an istiod that is replaced', () => {
  const old: [string, string][] = [
    ['10.0.0.1', 'old'],
    ['10.0.0.2', 'old'],
  ];

  test('count until all new ones have been Ready for a while, and then no more', async () => {
    const state = { pods: [...old, ['10.0.0.3', 'new']] as [string, string][] };
    const read = await primaryWith(state);
    await read();
    vi.setSystemTime(Date.now() + 60_000);
    expect(await read()).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3']);
    state.pods.push(['10.0.0.4', 'new']);
    expect(await read()).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4']);
    vi.setSystemTime(Date.now() + 5_000);
    expect(await read()).toEqual(['10.0.0.3', '10.0.0.4']);
  });

  test('count again when a new one is not Ready any more', async () => {
    const state = { pods: [...old, ['10.0.0.3', 'new'], ['10.0.0.4', 'new']] as [string, string][] };
    const read = await primaryWith(state);
    await read();
    vi.setSystemTime(Date.now() + 5_000);
    expect(await read()).toEqual(['10.0.0.3', '10.0.0.4']);
    state.pods.pop();
    expect(await read()).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3']);
  });

  test('are asked about only while there are Pods of two versions', async () => {
    const state = { pods: old, requests: [] };
    const read = await primaryWith(state);
    await read();
    expect(state.requests).toEqual(['/api/v1/namespaces/istio-system/pods']);
  });
});

test.each([
  [1, undefined, 1],
  [3, '100%', 3],
  [3, '25%', 1],
  [3, 2, 2],
  [2, 5, 2],
])('of %i replicas with maxSurge %s, %i are new at once', (replicas, maxSurge, count) => {
  const rollingUpdate = maxSurge === undefined ? {} : { maxSurge };
  const deployment = { spec: { replicas, strategy: { rollingUpdate } } } as unknown as Deployment;
  expect(newPodsAtOnce(deployment)).toBe(count);
});
