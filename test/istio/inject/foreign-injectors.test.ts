import { describe, expect, test } from 'vitest';
import { foreignInjectors } from '../../../src/istio/inject/foreign-injectors.js';
import type { WebhookConfiguration } from '../../../src/istio/inject/webhook-configuration.js';

/** An injector that injects namespaces labelled so, unless it is switched off. */
function injector(
  name: string,
  labels: Record<string, string>,
  namespaceLabels: Record<string, string>,
  namespace = 'istio-system',
): WebhookConfiguration {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name, labels: { app: 'sidecar-injector', ...labels } },
    webhooks: [
      {
        name: 'namespace.sidecar-injector.istio.io',
        clientConfig: { service: { name: 'istiod', namespace } },
        namespaceSelector: { matchLabels: namespaceLabels },
      },
    ],
  };
}

const enabled = { 'istio-injection': 'enabled' };
const ofOwn = { 'istio.io/rev': 'own', 'istio.io/tag': 'default' };

describe('for the revision default', () => {
  const ours = { revision: 'default', istioNamespace: 'istio-system' };

  test.each([
    ['nothing', [], {}],
    ['its own injector', [injector('istio-sidecar-injector', { 'istio.io/rev': 'default' }, enabled)], {}],
    [
      'its own default tag',
      [
        injector(
          'istio-revision-tag-default',
          { 'istio.io/rev': 'default', 'istio.io/tag': 'default' },
          enabled,
        ),
      ],
      {},
    ],
    [
      'the default tag of another revision',
      [injector('istio-revision-tag-default', ofOwn, enabled)],
      { defaultTag: 'MutatingWebhookConfiguration istio-revision-tag-default of revision own' },
    ],
    [
      'an injector of another revision, which other labels ask for',
      [injector('istio-sidecar-injector-own', { 'istio.io/rev': 'own' }, { 'istio.io/rev': 'own' })],
      {},
    ],
    [
      'an injector of a mesh in another namespace',
      [injector('istio-sidecar-injector-mesh2', { 'istio.io/rev': 'default' }, enabled, 'mesh2')],
      { otherMesh: 'MutatingWebhookConfiguration istio-sidecar-injector-mesh2' },
    ],
    [
      'one that is switched off',
      [injector('istio-sidecar-injector-mesh2', {}, { 'istio.io/deactivated': 'never-match' }, 'mesh2')],
      {},
    ],
  ])('%s', (_, live, expected) => {
    expect(foreignInjectors(live, ours)).toEqual(expected);
  });
});

test('the default tag of another revision is no rival of a revision that has a name', () => {
  const live = [injector('istio-revision-tag-default', ofOwn, enabled)];
  expect(foreignInjectors(live, { revision: 'blue', istioNamespace: 'istio-system' })).toEqual({});
});
