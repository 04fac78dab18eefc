import { beforeAll, expect, it } from 'vitest';
import { createActivities } from '../../../activities/index.js';
import type { LabCluster } from '../../../lab/lab.js';
import { applyManifest } from '../../../src/istio/apply/apply-manifests.js';
import { manifestOf } from '../../../src/istio/apply/manifests.js';
import { switchedOff } from '../../../src/istio/inject/injector-webhook.js';
import type { WebhookConfiguration } from '../../../src/istio/inject/webhook-configuration.js';
import { ClusterClient } from '../../../src/kubernetes/client/cluster-client.js';
import { run } from '../../activities/support.js';
import { attach, inputFor, newCluster, newWorker, totalChanged } from '../support/lab-mesh.js';

const COLLECTION = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';
const AKS = [
  { key: 'control-plane', operator: 'NotIn', values: ['true'] },
  { key: 'kubernetes.azure.com/managedby', operator: 'NotIn', values: ['aks'] },
];
const never = new AbortController().signal;

let remote: LabCluster;

beforeAll(async () => {
  remote = await newCluster('aks', { controllers: 'few' });
});

const read = (name: string) => remote.api.get<WebhookConfiguration>(`${COLLECTION}/${name}`);
const expressionsOf = async (name: string) =>
  ((await read(name)).webhooks ?? []).map(
    ({ namespaceSelector }) => namespaceSelector?.matchExpressions ?? [],
  );
const isEnforced = async (name: string) =>
  (await expressionsOf(name)).every((list) => AKS.every(({ key }) => list.some((one) => one.key === key)));

/** Does to a webhook configuration what AKS' admissions enforcer does to each. */
async function enforce(name: string): Promise<void> {
  const patch = (await expressionsOf(name)).map((list, index) => ({
    op: 'add',
    path: `/webhooks/${index}/namespaceSelector/matchExpressions`,
    value: [...list, ...AKS],
  }));
  await remote.api.patch(`${COLLECTION}/${name}?fieldManager=admissionsenforcer`, 'json-patch+json', patch);
}

it('a remote whose webhooks AKS has narrowed is attached, and keeps what AKS has added', async () => {
  const injector = 'istio-sidecar-injector';
  await attach(await newWorker(), remote);
  await enforce(injector);

  await attach(await newWorker(), remote);
  expect(await isEnforced(injector)).toBe(true);

  const before = (await read(injector)).metadata.resourceVersion;
  expect(totalChanged(await attach(await newWorker(), remote))).toBe(0);
  const { planRemote } = createActivities(await newWorker());
  const { counts, problems } = await run(planRemote, {
    ...(await inputFor(remote)),
    controlPlaneMoves: false,
  });
  expect(problems).toEqual([]);
  expect(counts).toMatchObject({ create: 0, change: 0, label: 0, prune: 0 });
  expect((await read(injector)).metadata.resourceVersion).toBe(before);
});

it('an injector that AKS narrows while it is switched off is switched on, and rests then', async () => {
  const name = 'narrowed-while-off';
  const configuration = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name },
    webhooks: [
      {
        name: 'namespace.sidecar-injector.istio.io',
        clientConfig: { service: { name: 'nobody', namespace: 'nowhere' } },
        failurePolicy: 'Ignore',
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
        namespaceSelector: { matchExpressions: [{ key: 'istio.io/rev', operator: 'In', values: ['none'] }] },
      },
    ],
  };
  const injector = manifestOf(configuration, 'Pilot', {});
  /** As a worker that remembers nothing. */
  const apply = (manifest: typeof injector) =>
    applyManifest(new ClusterClient({ name: remote.name, path: remote.kubeconfigPath }), manifest, never);

  await apply(switchedOff(injector));
  await enforce(name);
  expect(await apply(injector)).toBe(true);
  expect(await isEnforced(name)).toBe(true);
  expect((await read(name)).webhooks?.[0]?.namespaceSelector?.matchLabels).toBeUndefined();

  expect(await apply(injector)).toBe(false);
  expect(await apply(switchedOff(injector))).toBe(true);
  expect(await apply(injector)).toBe(true);
  expect(await isEnforced(name)).toBe(true);
});
