import { describe, expect, it } from 'vitest';
import { checkSynced, syncStatusOf } from '../../../src/istio/control-plane/sync-status.js';
import type { ClusterClient } from '../../../src/kubernetes/client/cluster-client.js';

/** An answer of istiod 1.31.0. */
const RECORDED = `[
  {
    "id": "hub",
    "syncStatus": "synced"
  },
  {
    "id": "eu-1",
    "secretName": "istio-system/istio-remote-secret-eu-1",
    "syncStatus": "syncing"
  }
]`;

describe('syncStatusOf', () => {
  it('gives what istiod says about the cluster', () => {
    expect(syncStatusOf(RECORDED, 'hub')).toBe('synced');
    expect(syncStatusOf(RECORDED, 'eu-1')).toBe('syncing');
  });

  it('says unknown of a cluster that istiod does not name', () => {
    expect(syncStatusOf(RECORDED, 'eu')).toBe('unknown');
    expect(syncStatusOf('null', 'eu-1')).toBe('unknown');
  });

  it('says so when the answer is none', () => {
    expect(syncStatusOf('<html>', 'eu-1')).toBe('something that is not JSON');
  });
});

describe('checkSynced', () => {
  const never = new AbortController().signal;
  const controlPlane = { istioNamespace: 'istio-system', revision: 'default' };
  const says = (syncStatus: string) => ({
    status: 200,
    body: JSON.stringify([{ id: 'eu-1', syncStatus }]),
  });

  /** A primary with one istiod for each answer, named istiod-1, istiod-2, …; a port-forward to it returns the answer. */
  function primaryOf(...answers: { status: number; body: string }[]): ClusterClient {
    const pods = answers.map((_, index) => ({
      metadata: { name: `istiod-${index + 1}` },
      status: { podIP: `10.1.0.${index + 1}`, conditions: [{ type: 'Ready', status: 'True' }] },
    }));
    const primary: Pick<ClusterClient, 'name' | 'list' | 'getThroughPortForward'> = {
      name: 'hub',
      list: async <T>() => pods as T[],
      getThroughPortForward: async (_namespace, pod) => {
        const answer = answers[pods.findIndex(({ metadata }) => metadata.name === pod)];
        return answer ?? { status: 404, body: '' };
      },
    };
    return primary as ClusterClient;
  }

  it('returns the Pods when every istiod says that it has synced', async () => {
    const pods = await checkSynced(primaryOf(says('synced'), says('synced')), controlPlane, 'eu-1', never);
    expect(pods.map(({ name }) => name)).toEqual(['istiod-1', 'istiod-2']);
  });

  it.each([
    ['is still at it', says('syncing'), 'istiod-2 says syncing'],
    ['has given up', says('timeout'), 'istiod-2 says timeout'],
    ['does not know the remote', { status: 200, body: '[]' }, 'istiod-2 says unknown'],
    ['refuses to answer', { status: 403, body: 'synced' }, 'istiod-2 says HTTP 403'],
  ])('proves nothing when one istiod of two %s', async (_, answer, words) => {
    const checking = checkSynced(primaryOf(says('synced'), answer), controlPlane, 'eu-1', never);
    await expect(checking).rejects.toMatchObject({
      code: 'not-synced',
      transient: true,
      cluster: 'eu-1',
      message: `1 of 2 istiod have not synced: ${words}`,
    });
  });

  it('proves nothing without an istiod that is Ready', async () => {
    await expect(checkSynced(primaryOf(), controlPlane, 'eu-1', never)).rejects.toMatchObject({
      code: 'no-ready-endpoint',
    });
  });
});
