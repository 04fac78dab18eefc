import { describe, expect, it } from 'vitest';
import {
  discoveryAddress,
  proveInjection,
  sweepProbePods,
} from '../../../src/istio/release-1.4/injection-proof.js';
import { PROBE_LABELS } from '../../../src/istio/release-1.4/probe-pod.js';
import { checkSelection, readSelection } from '../../../src/istio/release-1.4/selection-proof.js';
import { failureOf } from '../../kubernetes/support/failure-of.js';
import { stubCluster } from '../support/stub-cluster.js';

const never = new AbortController().signal;
const PODS = '/api/v1/namespaces/shop/pods';
const EXPECTED = { namespace: 'shop', cluster: 'eu-1', discoveryAddress: discoveryAddress('istio-system') };

/** Words of kube-apiserver 1.15.12. */
const NO_DRY_RUN = 'admission webhook "sidecar-injector.istio.io" does not support dry run';
const INJECTOR_DOWN =
  'Internal error occurred: failed calling webhook "sidecar-injector.istio.io": Post "https://istio-sidecar-injector.istio-system.svc:443/inject?timeout=30s": dial tcp: connection refused';
const FORBIDDEN =
  'pods "mesh-rollout-probe" is forbidden: exceeded quota: few, requested: pods=1, used: pods=1, limited: pods=1';

/** A remote whose API server answers so to the creation of a Pod. */
const answering = (status: number, message: string, reason = 'BadRequest') =>
  stubCluster({}, ({ method }) => (method === 'POST' ? { status, body: { message, reason } } : undefined));

/** A remote whose injector adds such a sidecar, but stores the Pod as it was sent. */
async function injecting(sidecar: object | undefined) {
  const remote = await stubCluster();
  const { client } = remote;
  const create = client.create.bind(client);
  client.create = (async (pod: { spec: { containers: object[] } }, options: never) => {
    const made = await create(pod as never, options);
    const containers = [...pod.spec.containers, ...(sidecar === undefined ? [] : [sidecar])];
    return { ...(made as object), spec: { ...pod.spec, containers } };
  }) as never;
  return remote;
}

const sidecarOf = (cluster: string, address: string) => ({
  name: 'istio-proxy',
  args: ['proxy', 'sidecar', '--discoveryAddress', address, '--proxyLogLevel=warning'],
  env: [{ name: 'ISTIO_META_CLUSTER_ID', value: cluster }],
});

describe('readSelection', () => {
  it('knows by the refusal that the injector is asked about the namespace', async () => {
    const { client, requests } = await answering(400, NO_DRY_RUN);
    expect(await readSelection(client, 'shop', never)).toEqual({ verdict: 'selected' });
    expect(requests.map(({ path }) => path)).toEqual([`${PODS}?fieldManager=mesh-rollout&dryRun=All`]);
  });

  it('knows by a plain Pod that it is not', async () => {
    const { client, objects } = await stubCluster();
    expect(await readSelection(client, 'shop', never)).toEqual({ verdict: 'plain' });
    expect(objects.size).toBe(0);
    expect(await failureOf(checkSelection(client, 'shop', never))).toMatchObject({
      code: 'injection-missing',
      transient: true,
      message: 'the injector is not asked about Pods of namespace shop',
    });
  });

  it('takes a sidecar for a proof where the webhook was made to support dry runs', async () => {
    const { client } = await injecting(sidecarOf('eu-1', EXPECTED.discoveryAddress));
    expect(await readSelection(client, 'shop', never)).toEqual({ verdict: 'selected' });
  });

  it('does not take the refusal of another webhook for a proof', async () => {
    const { client } = await answering(400, 'admission webhook "other.example.com" does not support dry run');
    expect(await checkSelection(client, 'shop', never)).toMatchObject({ verdict: 'unproven' });
  });

  it.each([
    ['a quota refuses the Pod', 403, FORBIDDEN, 'Forbidden', { verdict: 'unproven' }],
    [
      'a policy refuses the Pod',
      400,
      'admission webhook "policy" denied the request: no',
      '',
      { verdict: 'unproven' },
    ],
  ])('proves nothing where %s', async (_, status, message, reason, verdict) => {
    const { client } = await answering(status, message, reason);
    expect(await readSelection(client, 'shop', never)).toMatchObject(verdict);
  });

  it('says that there is no such namespace', async () => {
    const { client } = await answering(404, 'namespaces "shop" not found', 'NotFound');
    expect(await failureOf(readSelection(client, 'shop', never))).toMatchObject({
      code: 'namespace-not-ready',
    });
  });
});

describe('proveInjection', () => {
  it('creates a Pod that no scheduler takes, looks at its sidecar, and deletes it at once', async () => {
    const { client, objects, requests, writes } = await injecting(
      sidecarOf('eu-1', EXPECTED.discoveryAddress),
    );
    expect(await proveInjection(client, EXPECTED, never)).toEqual({ verdict: 'injected' });
    expect(objects.size).toBe(0);
    expect(writes()).toEqual([`POST ${PODS}`, expect.stringMatching(`^DELETE ${PODS}/mesh-rollout-probe-`)]);
    const [creation, deletion] = requests.map(({ body }) => JSON.parse(body));
    expect(creation.spec.schedulerName).toBe('mesh-rollout-never');
    expect(deletion.gracePeriodSeconds).toBe(0);
  });

  it.each([
    ['has no sidecar', undefined, 'a probe Pod in namespace shop came back without istio-proxy'],
    [
      'has the sidecar of another cluster',
      sidecarOf('Kubernetes', EXPECTED.discoveryAddress),
      'the sidecar of a probe Pod in namespace shop takes the cluster for Kubernetes',
    ],
    [
      'looks for pilot elsewhere',
      sidecarOf('eu-1', 'istio-pilot.istio-system:15011'),
      'the sidecar of a probe Pod in namespace shop looks for pilot at istio-pilot.istio-system:15011, not istio-pilot.istio-system:15010',
    ],
    [
      'has no address of pilot',
      { name: 'istio-proxy', env: [{ name: 'ISTIO_META_CLUSTER_ID', value: 'eu-1' }] },
      'the sidecar of a probe Pod in namespace shop looks for pilot at no address, not istio-pilot.istio-system:15010',
    ],
  ])('waits while the Pod %s, and deletes it', async (_, sidecar, message) => {
    const { client, objects } = await injecting(sidecar);
    expect(await failureOf(proveInjection(client, EXPECTED, never))).toMatchObject({
      code: 'injection-missing',
      transient: true,
      message,
    });
    expect(objects.size).toBe(0);
  });

  it('waits while the injector cannot be called', async () => {
    const { client } = await answering(500, INJECTOR_DOWN, 'InternalError');
    expect(await failureOf(proveInjection(client, EXPECTED, never))).toMatchObject({
      code: 'injection-missing',
      transient: true,
    });
  });

  it('proves nothing where something else refuses the Pod', async () => {
    const { client } = await answering(403, FORBIDDEN, 'Forbidden');
    expect(await proveInjection(client, EXPECTED, never)).toMatchObject({ verdict: 'unproven' });
  });

  it('deletes the Pod when its rollout is cancelled meanwhile', async () => {
    const abort = new AbortController();
    const { client, objects } = await injecting(undefined);
    const create = client.create.bind(client);
    client.create = (async (...args: Parameters<typeof create>) => {
      await create(...args);
      abort.abort(new Error('cancelled'));
      throw abort.signal.reason;
    }) as typeof client.create;
    await expect(proveInjection(client, EXPECTED, abort.signal)).rejects.toThrow('cancelled');
    expect(objects.size).toBe(0);
  });
});

it('sweepProbePods deletes what killed workers have left behind, and nothing else', async () => {
  const { client, objects } = await stubCluster({
    [`${PODS}/mesh-rollout-probe-1`]: { metadata: { name: 'mesh-rollout-probe-1', labels: PROBE_LABELS } },
    [`${PODS}/web`]: { metadata: { name: 'web', labels: { app: 'web' } } },
  });
  expect(await sweepProbePods(client, ['shop'], never)).toBe(1);
  expect([...objects.keys()]).toEqual([`${PODS}/web`]);
});
