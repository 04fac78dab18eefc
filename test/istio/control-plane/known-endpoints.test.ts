import { describe, expect, it } from 'vitest';
import { checkEndpointsKnown, namesEndpointsOf } from '../../../src/istio/control-plane/known-endpoints.js';
import type { ClusterClient } from '../../../src/kubernetes/client/cluster-client.js';

/** An answer of istiod 1.31.0, shortened. */
function shards(...endpoints: object[]): string {
  const Shards = { 'Kubernetes/hub': [{ Addresses: ['10.0.0.1'] }], 'Kubernetes/eu-1': endpoints };
  const service = { default: { Shards, ServiceAccounts: {} } };
  return JSON.stringify({ 'kubernetes.default.svc.cluster.local': service }, null, 2);
}
const ENDPOINT = { Addresses: ['10.9.0.1'], EndpointPort: 6443 };

describe('namesEndpointsOf', () => {
  it('finds endpoints of a cluster, and of no other whose name ends alike', () => {
    expect(namesEndpointsOf(shards(ENDPOINT), 'eu-1')).toBe(true);
    expect(namesEndpointsOf(shards(ENDPOINT), 'eu')).toBe(false);
    expect(namesEndpointsOf(shards(ENDPOINT), '1')).toBe(false);
  });

  it('finds none in a shard that has lost them', () => {
    expect(namesEndpointsOf(shards(), 'eu-1')).toBe(false);
    expect(namesEndpointsOf('{}', 'eu-1')).toBe(false);
  });
});

describe('checkEndpointsKnown', () => {
  const never = new AbortController().signal;
  const controlPlane = { istioNamespace: 'istio-system', revision: 'default' };

  function primaryOf(...answers: string[]): ClusterClient {
    const pods = answers.map((_, index) => ({
      metadata: { name: `istiod-${index + 1}` },
      status: { podIP: `10.1.0.${index + 1}`, conditions: [{ type: 'Ready', status: 'True' }] },
    }));
    const primary: Pick<ClusterClient, 'name' | 'list' | 'getThroughPortForward'> = {
      name: 'hub',
      list: async <T>() => pods as T[],
      getThroughPortForward: async (_namespace, pod) => ({
        status: 200,
        body: answers[pods.findIndex(({ metadata }) => metadata.name === pod)] ?? '',
      }),
    };
    return primary as ClusterClient;
  }

  it('returns how many istiod know endpoints of the remote when all do', async () => {
    const primary = primaryOf(shards(ENDPOINT), shards(ENDPOINT));
    expect(await checkEndpointsKnown(primary, controlPlane, 'eu-1', never)).toBe(2);
  });

  it('is no proof while one of them knows none, though it may say that it has synced', async () => {
    const primary = primaryOf(shards(ENDPOINT), shards());
    await expect(checkEndpointsKnown(primary, controlPlane, 'eu-1', never)).rejects.toMatchObject({
      code: 'not-synced',
      transient: true,
      cluster: 'eu-1',
      message: '1 of 2 istiod know no endpoint of the remote: istiod-2',
    });
  });
});
