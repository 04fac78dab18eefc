import { expect, it } from 'vitest';
import { findForeignInjector, refuseTaken } from '../../../../src/istio/release-1.4/steps/refuse-taken.js';
import { failureOf } from '../../../kubernetes/support/failure-of.js';
import { remoteInput } from '../../support/inputs.js';
import { stubCluster } from '../../support/stub-cluster.js';

const never = new AbortController().signal;
const WEBHOOKS = '/apis/admissionregistration.k8s.io/v1beta1/mutatingwebhookconfigurations';
const DEPLOYMENTS = '/apis/apps/v1/deployments';

const webhook = (name: string, namespace: string, service = 'istio-sidecar-injector') => ({
  metadata: { name: `of-${namespace}` },
  webhooks: [
    {
      name,
      clientConfig: { service: { name: service, namespace } },
      namespaceSelector: { matchLabels: { 'istio-injection': 'enabled' } },
    },
  ],
});

const clusterWith = async (lists: Readonly<Record<string, readonly object[]>>) => {
  const { client } = await stubCluster({}, ({ path }) => {
    const items = lists[path.replace(/\?.*/, '')];
    return items && { status: 200, body: { metadata: {}, items } };
  });
  return client;
};

it.each([
  ['of its own namespace', webhook('sidecar-injector.istio.io', 'istio-system'), undefined],
  ['of another mesh', webhook('sidecar-injector.istio.io', 'other'), 'MutatingWebhookConfiguration of-other'],
  [
    'of istiod',
    webhook('namespace.sidecar-injector.istio.io', 'istio-system', 'istiod'),
    'MutatingWebhookConfiguration of-istio-system',
  ],
  ['that is no injector', webhook('pods.policy.example', 'policy'), undefined],
])('a webhook %s', async (_, configuration, found) => {
  const client = await clusterWith({ [WEBHOOKS]: [configuration] });
  expect(await findForeignInjector(client, 'istio-system', { signal: never })).toBe(found);
});

it('refuses a remote with a control plane of its own', async () => {
  const own = { metadata: { name: 'istio-pilot', namespace: 'istio-system' } };
  const client = await clusterWith({ [WEBHOOKS]: [], [DEPLOYMENTS]: [own] });
  expect(await failureOf(refuseTaken(client, remoteInput(), never))).toMatchObject({
    code: 'remote-taken',
    message: expect.stringContaining('Deployment istio-system/istio-pilot'),
  });
});
