import { describe, expect, it } from 'vitest';
import { problemOf } from '../../../src/istio/inject/injection-labels.js';
import type { Namespace } from '../../../src/kubernetes/facts/namespaces.js';

const injectors = [
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name: 'istio-sidecar-injector' },
    webhooks: [
      {
        name: 'namespace.sidecar-injector.istio.io',
        clientConfig: {},
        namespaceSelector: {
          matchExpressions: [{ key: 'istio-injection', operator: 'In', values: ['enabled'] }],
        },
        objectSelector: {
          matchExpressions: [{ key: 'sidecar.istio.io/inject', operator: 'NotIn', values: ['false'] }],
        },
      },
    ],
  },
];

function namespace(
  labels: Record<string, string>,
  managers: readonly string[] = [],
  phase = 'Active',
): Namespace {
  const fieldsV1 = {
    'f:metadata': { 'f:labels': Object.fromEntries(Object.keys(labels).map((key) => [`f:${key}`, {}])) },
  };
  const managedFields = managers.map((manager) => ({ manager, operation: 'Apply', fieldsV1 }));
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'shop', labels, managedFields },
    status: { phase },
  };
}

const enabled = { name: 'shop', injection: 'enabled' };

describe('problemOf', () => {
  it('finds nothing wrong with a plain namespace, or with one that is labelled so already', () => {
    expect(problemOf(enabled, namespace({}), injectors)).toBeUndefined();
    expect(problemOf(enabled, namespace({ 'istio-injection': 'enabled' }), injectors)).toBeUndefined();
  });

  it.each([
    ['istio-injection', 'disabled'],
    ['istio.io/rev', 'canary'],
  ])('does not overwrite %s=%s', (key, value) => {
    expect(problemOf(enabled, namespace({ [key]: value }, ['kubectl']), injectors)).toBe(
      `namespace shop is labelled ${key}=${value}, not istio-injection=enabled`,
    );
    const shared = namespace({ [key]: value }, ['mesh-rollout', 'kubectl']);
    expect(problemOf(enabled, shared, injectors)).toContain('is labelled');
  });

  it('replaces a label that only an earlier rollout had set', () => {
    expect(
      problemOf(enabled, namespace({ 'istio.io/rev': 'canary' }, ['mesh-rollout']), injectors),
    ).toBeUndefined();
  });

  it('refuses a label that no webhook looks at', () => {
    expect(problemOf({ name: 'shop', injection: 'canary' }, namespace({}), injectors)).toBe(
      'no injector webhook looks at namespaces labelled istio.io/rev=canary (namespace shop)',
    );
  });

  it('refuses a namespace that is not there, or not for long', () => {
    expect(problemOf(enabled, undefined, injectors)).toBe('namespace shop does not exist');
    expect(problemOf(enabled, namespace({}, [], 'Terminating'), injectors)).toBe(
      'namespace shop is being deleted',
    );
  });
});
