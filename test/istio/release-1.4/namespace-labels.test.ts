import { describe, expect, it } from 'vitest';
import type { WebhookConfiguration } from '../../../src/istio/inject/webhook-configuration.js';
import {
  labelNamespace,
  takeLabelOff,
  unlabelledNamespaces,
} from '../../../src/istio/release-1.4/namespace-labels.js';
import { failureOf } from '../../kubernetes/support/failure-of.js';
import { stubCluster } from '../support/stub-cluster.js';

const never = new AbortController().signal;
const path = (name: string) => `/api/v1/namespaces/${name}`;
const INJECTOR: WebhookConfiguration = {
  apiVersion: 'admissionregistration.k8s.io/v1beta1',
  kind: 'MutatingWebhookConfiguration',
  metadata: { name: 'istio-sidecar-injector' },
  webhooks: [
    {
      name: 'sidecar-injector.istio.io',
      clientConfig: { caBundle: 'x' },
      namespaceSelector: { matchLabels: { 'istio-injection': 'enabled' } },
    },
  ],
};

function namespace(name: string, labels: object = {}, phase = 'Active') {
  return {
    [path(name)]: {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels, resourceVersion: '1' },
      status: { phase },
    },
  };
}

const remote = () =>
  stubCluster({
    ...namespace('shop', { team: 'a' }),
    ...namespace('bank', { 'istio-injection': 'enabled' }),
    ...namespace('off', { 'istio-injection': 'disabled' }),
    ...namespace('ending', {}, 'Terminating'),
  });

describe('unlabelledNamespaces', () => {
  it('returns those without the label', async () => {
    const { client } = await remote();
    expect(await unlabelledNamespaces(client, ['shop', 'bank'], INJECTOR, never)).toEqual(['shop']);
  });

  it('names every problem', async () => {
    const { client } = await remote();
    const looking = unlabelledNamespaces(client, ['shop', 'off', 'ending', 'none'], INJECTOR, never);
    expect(await failureOf(looking)).toMatchObject({
      code: 'namespace-not-ready',
      message:
        'namespace off is labelled istio-injection=disabled, not istio-injection=enabled; namespace ending is being deleted; namespace none does not exist',
    });
  });

  it('refuses a label that the injector does not look at', async () => {
    const { client } = await remote();
    const other = { ...INJECTOR, webhooks: [] };
    expect(await failureOf(unlabelledNamespaces(client, ['shop'], other, never))).toMatchObject({
      code: 'namespace-not-ready',
      message: 'the injector does not look at namespace shop with istio-injection=enabled',
    });
  });
});

describe('labelNamespace', () => {
  it('adds the label and keeps the others', async () => {
    const { client, objects, writes } = await remote();
    expect(await labelNamespace(client, 'shop', INJECTOR, never)).toBe(true);
    expect(objects.get(path('shop'))).toMatchObject({
      metadata: { labels: { team: 'a', 'istio-injection': 'enabled' } },
    });
    expect(await labelNamespace(client, 'shop', INJECTOR, never)).toBe(false);
    expect(writes()).toEqual([`PATCH ${path('shop')}`]);
  });

  it('never overwrites a contrary label, also when it came a moment ago', async () => {
    const { client, writes } = await remote();
    expect(await failureOf(labelNamespace(client, 'off', INJECTOR, never))).toMatchObject({
      code: 'namespace-not-ready',
    });
    expect(writes()).toEqual([]);
    const racing = await stubCluster(namespace('shop'), ({ method }) =>
      method === 'PATCH' ? { status: 409, body: { reason: 'Conflict' } } : undefined,
    );
    expect(await failureOf(labelNamespace(racing.client, 'shop', INJECTOR, never))).toMatchObject({
      code: 'api-unavailable',
    });
  });
});

describe('takeLabelOff', () => {
  it('takes the label off and keeps the others', async () => {
    const { client, objects } = await remote();
    await labelNamespace(client, 'shop', INJECTOR, never);
    await takeLabelOff(client, 'shop', never);
    expect(objects.get(path('shop'))).toMatchObject({ metadata: { labels: { team: 'a' } } });
    expect(JSON.stringify(objects.get(path('shop')))).not.toContain('istio-injection');
  });

  it('leaves alone what somebody has changed meanwhile', async () => {
    const { client, writes } = await remote();
    await takeLabelOff(client, 'off', never);
    await takeLabelOff(client, 'none', never);
    expect(writes()).toEqual([]);
  });
});
