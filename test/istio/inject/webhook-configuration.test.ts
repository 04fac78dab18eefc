import { describe, expect, it } from 'vitest';
import {
  deactivated,
  selects,
  type WebhookConfiguration,
  withLiveCAs,
  withoutFields,
} from '../../../src/istio/inject/webhook-configuration.js';

const configuration: WebhookConfiguration = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'MutatingWebhookConfiguration',
  metadata: { name: 'istio-sidecar-injector' },
  webhooks: [
    {
      name: 'a',
      failurePolicy: 'Fail',
      clientConfig: { caBundle: 'T0xE', service: { name: 'istiod', namespace: 'istio-system' } },
      namespaceSelector: { matchLabels: { 'istio-injection': 'enabled' } },
    },
    { name: 'b', failurePolicy: 'Fail', clientConfig: {} },
  ],
};

describe('deactivated', () => {
  it('lets no webhook select anything', () => {
    const never = { matchLabels: { 'istio.io/deactivated': 'never-match' } };
    expect(deactivated(configuration).webhooks).toMatchObject([
      { name: 'a', namespaceSelector: never, objectSelector: never },
      { name: 'b', namespaceSelector: never, objectSelector: never },
    ]);
  });
});

describe('withoutFields', () => {
  it('takes away what is named, and nothing else', () => {
    const [a] = withoutFields(configuration, ['caBundle']).webhooks ?? [];
    expect(a).toMatchObject({ failurePolicy: 'Fail', clientConfig: { service: { name: 'istiod' } } });
    expect(a?.clientConfig).not.toHaveProperty('caBundle');
    const [other] = withoutFields(configuration, ['failurePolicy']).webhooks ?? [];
    expect(other).not.toHaveProperty('failurePolicy');
    expect(other?.clientConfig.caBundle).toBe('T0xE');
  });
});

describe('withLiveCAs', () => {
  it('takes the CA of the webhook of the same name', () => {
    const live = {
      ...configuration,
      webhooks: [
        { name: 'b', clientConfig: { caBundle: 'TkVX' } },
        { name: 'a', clientConfig: {} },
      ],
    };
    expect(
      withLiveCAs(configuration, live).webhooks?.map(({ clientConfig }) => clientConfig.caBundle),
    ).toEqual(['T0xE', 'TkVX']);
  });
});

describe('selects', () => {
  const labels = { 'istio-injection': 'enabled', team: 'shop' };
  const expression = (key: string, operator: string, values?: string[]) => ({
    matchExpressions: [values === undefined ? { key, operator } : { key, operator, values }],
  });

  it.each([
    ['no selector', undefined, true],
    ['an empty one', {}, true],
    ['an equal label', { matchLabels: { team: 'shop' } }, true],
    ['another label', { matchLabels: { team: 'other' } }, false],
    ['In', expression('team', 'In', ['a', 'shop']), true],
    ['In, without it', expression('none', 'In', ['a']), false],
    ['NotIn', expression('team', 'NotIn', ['shop']), false],
    ['NotIn, without it', expression('none', 'NotIn', ['a']), true],
    ['Exists', expression('team', 'Exists'), true],
    ['DoesNotExist', expression('istio-injection', 'DoesNotExist'), false],
    ['an operator of the future', expression('team', 'Gt', ['1']), false],
  ])('%s', (_, selector, expected) => {
    expect(selects(selector, labels)).toBe(expected);
  });
});
