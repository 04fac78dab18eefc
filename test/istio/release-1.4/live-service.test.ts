import { describe, expect, it } from 'vitest';
import { checkLiveService, duringLiveProof } from '../../../src/istio/release-1.4/live-service.js';
import type { ClusterClient } from '../../../src/kubernetes/client/cluster-client.js';
import { failureOf } from '../../kubernetes/support/failure-of.js';
import { stubCluster } from '../support/stub-cluster.js';

const never = new AbortController().signal;
const NS = 'istio-system';
const SERVICES = `/api/v1/namespaces/${NS}/services`;
const LABELS = { 'app.kubernetes.io/managed-by': 'mesh-rollout', 'mesh-rollout.dev/proof': 'live-service' };

describe('duringLiveProof', () => {
  it('has a headless Service of a new name while the work runs', async () => {
    const { client, objects } = await stubCluster();
    const names = new Set<string>();
    for (let i = 0; i < 2; i++) {
      await duringLiveProof(client, NS, never, async (service) => {
        names.add(service);
        expect(objects.get(`${SERVICES}/${service}`)).toMatchObject({ spec: { clusterIP: 'None' } });
      });
    }
    expect(names.size).toBe(2);
    expect(objects.size).toBe(0);
  });

  it('deletes the Service when the work fails, or is cancelled', async () => {
    const { client, objects } = await stubCluster();
    const failing = duringLiveProof(client, NS, never, () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    const abort = new AbortController();
    const cancelled = duringLiveProof(client, NS, abort.signal, async () => {
      abort.abort(new Error('cancelled'));
      abort.signal.throwIfAborted();
    });
    await expect(cancelled).rejects.toThrow('cancelled');
    expect(objects.size).toBe(0);
  });

  it('sweeps away what a killed worker has left behind, and nothing else', async () => {
    const left = { metadata: { name: 'mesh-rollout-live-1', namespace: NS, labels: LABELS } };
    const other = { metadata: { name: 'istio-pilot', namespace: NS } };
    const { client, objects } = await stubCluster({
      [`${SERVICES}/mesh-rollout-live-1`]: left,
      [`${SERVICES}/istio-pilot`]: other,
    });
    await duringLiveProof(client, NS, never, async () => {});
    expect([...objects.keys()]).toEqual([`${SERVICES}/istio-pilot`]);
  });

  it('deletes a Service whose creation was not answered', async () => {
    const { client, objects } = await stubCluster({}, ({ method }) => {
      if (method !== 'POST') return undefined;
      return { status: 504, body: {} };
    });
    const proof = duringLiveProof(client, NS, never, async () => {});
    expect(await failureOf(proof)).toMatchObject({ code: 'api-unavailable' });
    expect(objects.size).toBe(0);
  });
});

describe('checkLiveService', () => {
  const pilots = ['istio-pilot-1', 'istio-pilot-2'];
  /** An answer of pilot 1.4.3; its list ends with an empty object. */
  const shows = (hostname: string, vips: object) => ({
    status: 200,
    body: `[\n${JSON.stringify({ hostname, 'cluster-vips': vips })},\n{}]\n`,
  });
  const shown = shows('live-1.istio-system.svc.cluster.local', { 'eu-1': '0.0.0.0' });

  /** A primary whose pilots answer in turn. */
  function primaryOf(...answers: { status: number; body: string }[]): ClusterClient {
    const primary: Pick<ClusterClient, 'getThroughPortForward'> = {
      getThroughPortForward: async (_namespace, pod, port, path) => {
        expect([port, path]).toEqual([8080, '/debug/registryz']);
        return answers[pilots.indexOf(pod)] ?? { status: 404, body: '' };
      },
    };
    return primary as ClusterClient;
  }
  const check = (primary: ClusterClient, names = pilots) =>
    checkLiveService(primary, { istioNamespace: NS, pilots: names }, 'eu-1', 'live-1', never);

  it('is content when every pilot shows the Service as one of the remote', async () => {
    await check(primaryOf(shown, shown));
  });

  it.each([
    ['does not know it', { status: 200, body: '[\n{}]\n' }, 'istio-pilot-2 does not show it'],
    [
      'knows it in another cluster',
      shows('live-1.istio-system.svc.cluster.local', { Kubernetes: '0.0.0.0' }),
      'istio-pilot-2 does not show it',
    ],
    [
      'knows one with a longer name',
      shows('not-live-1.istio-system.svc.cluster.local', { 'eu-1': '0.0.0.0' }),
      'istio-pilot-2 does not show it',
    ],
    ['answers something else', { status: 200, body: '<html>' }, 'istio-pilot-2 does not show it'],
    ['is not ready', { status: 503, body: '' }, 'istio-pilot-2 answers HTTP 503'],
  ])('waits while one pilot of two %s', async (_, answer, words) => {
    expect(await failureOf(check(primaryOf(shown, answer)))).toMatchObject({
      code: 'not-synced',
      transient: true,
      cluster: 'eu-1',
      message: `a new Service of eu-1 is not known to 1 of 2 pilots: ${words}`,
    });
  });

  it('proves nothing without a pilot', async () => {
    expect(await failureOf(check(primaryOf(), []))).toMatchObject({ code: 'not-synced' });
  });
});
