import { expect, test } from 'vitest';
import { manifestOf } from '../../../src/istio/apply/manifests.js';
import { duringTrial, trialOf } from '../../../src/istio/inject/injection-trial.js';
import type { WebhookConfiguration } from '../../../src/istio/inject/webhook-configuration.js';
import { clientOf, refuse, startStubApiServer } from '../../kubernetes/support/stub-api-server.js';

function injector(namespaceLabels: Record<string, string>) {
  const configuration: WebhookConfiguration = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name: 'istio-sidecar-injector' },
    webhooks: [
      {
        name: 'namespace.sidecar-injector.istio.io',
        clientConfig: {
          service: { name: 'istiod', namespace: 'istio-system', path: '/inject/cluster/eu-1' },
        },
        failurePolicy: 'Fail',
        reinvocationPolicy: 'IfNeeded',
        namespaceSelector: { matchLabels: namespaceLabels },
      },
    ],
  };
  return manifestOf(configuration, 'Pilot', {});
}

const switchedOff = injector({ 'istio.io/deactivated': 'never-match' });
const on = injector({ 'istio-injection': 'enabled' });

test('the trial calls istiod as the injector will, with the CA of the mesh, and looks at probe Pods alone', () => {
  expect(trialOf([switchedOff, on], 'the root')).toMatchObject({
    metadata: { name: 'mesh-rollout-injection-trial' },
    webhooks: [
      {
        clientConfig: {
          service: { name: 'istiod', namespace: 'istio-system', path: '/inject/cluster/eu-1' },
          caBundle: Buffer.from('the root').toString('base64'),
        },
        failurePolicy: 'Fail',
        namespaceSelector: {},
        objectSelector: { matchLabels: { 'mesh-rollout.dev/injection-trial': 'true' } },
      },
    ],
  });
});

test('the trial is deleted, whatever happens meanwhile', async () => {
  const server = await startStubApiServer(({ method, body }, response) =>
    method === 'PATCH' ? JSON.parse(body) : refuse(response, 404, { reason: 'NotFound' }),
  );
  const cancelled = new AbortController();
  const trial = duringTrial(await clientOf(server.url), [on], 'the root', cancelled.signal, async () => {
    cancelled.abort(new Error('cancelled'));
    throw new Error('the proof has failed');
  });
  await expect(trial).rejects.toThrow('the proof has failed');
  expect(server.requests.at(-1)).toMatchObject({
    method: 'DELETE',
    path: expect.stringMatching(/mutatingwebhookconfigurations\/mesh-rollout-injection-trial$/),
  });
});
