import { describe, expect, it } from 'vitest';
import { withEnforcedExpressions } from '../../../src/istio/apply/admissions-enforcer.js';
import {
  deactivated,
  type WebhookConfiguration,
  type WebhookSelector,
} from '../../../src/istio/inject/webhook-configuration.js';

const NAME = 'namespace.sidecar-injector.istio.io';
const ISTIO = { key: 'istio-injection', operator: 'In', values: ['enabled'] };
const AKS = [
  { key: 'control-plane', operator: 'NotIn', values: ['true'] },
  { key: 'kubernetes.azure.com/managedby', operator: 'NotIn', values: ['aks'] },
];

function configuration(namespaceSelector?: WebhookSelector): WebhookConfiguration {
  const webhook = { name: NAME, clientConfig: {}, ...(namespaceSelector && { namespaceSelector }) };
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name: 'istio-sidecar-injector' },
    webhooks: [webhook],
  };
}

/** A live configuration whose selector belongs to a manager, as an API server records it. */
function live(
  namespaceSelector: WebhookSelector,
  manager: string,
  operation = 'Update',
): WebhookConfiguration {
  const bare = configuration(namespaceSelector);
  const fieldsV1 = {
    'f:webhooks': { [`k:{"name":"${NAME}"}`]: { '.': {}, 'f:name': {}, 'f:namespaceSelector': {} } },
  };
  return { ...bare, metadata: { ...bare.metadata, managedFields: [{ manager, operation, fieldsV1 }] } };
}

const selectorOf = ({ webhooks }: WebhookConfiguration) => webhooks?.[0]?.namespaceSelector;
const own = configuration({ matchExpressions: [ISTIO] });

describe('what the admissions enforcer has added to a selector', () => {
  it.each([
    ['behind', [ISTIO, ...AKS]],
    ['before', [...AKS, ISTIO]],
  ])('is kept where it stands %s what Istio selects by, in that order', (_, matchExpressions) => {
    const kept = withEnforcedExpressions(own, live({ matchExpressions }, 'admissionsenforcer'));
    expect(selectorOf(kept)).toEqual({ matchExpressions });
  });

  it('is kept when an earlier apply of ours has taken the selector over', () => {
    const ours = live({ matchExpressions: [ISTIO, ...AKS] }, 'istio-operator', 'Apply');
    expect(selectorOf(withEnforcedExpressions(own, ours))).toEqual({ matchExpressions: [ISTIO, ...AKS] });
  });

  it('is kept when the injector is switched off, and on again', () => {
    const on = live({ matchExpressions: [ISTIO, ...AKS] }, 'admissionsenforcer');
    const off = selectorOf(withEnforcedExpressions(deactivated(own), on));
    expect(off).toEqual({
      matchLabels: { 'istio.io/deactivated': 'never-match' },
      matchExpressions: AKS,
    });
    const again = withEnforcedExpressions(own, live(off ?? {}, 'istio-operator', 'Apply'));
    expect(selectorOf(again)).toEqual({ matchExpressions: [...AKS, ISTIO] });
  });

  it('does not bring back what Istio does not select by any more', () => {
    const old = { key: 'istio.io/rev', operator: 'DoesNotExist' };
    const kept = withEnforcedExpressions(
      own,
      live({ matchExpressions: [old, ISTIO, ...AKS] }, 'admissionsenforcer'),
    );
    expect(selectorOf(kept)).toEqual({ matchExpressions: [ISTIO, ...AKS] });
  });
});

describe('a selector is applied as Istio renders it', () => {
  it.each([
    ['a person has changed it', live({ matchExpressions: [ISTIO, ...AKS] }, 'kubectl-edit')],
    ['nothing was added to it', live({ matchExpressions: [ISTIO] }, 'istio-operator', 'Apply')],
    ['the live webhook has none', configuration()],
  ])('when %s', (_, current) => {
    expect(withEnforcedExpressions(own, current)).toEqual(own);
  });

  it('when Istio renders none, as for validating webhooks', () => {
    const without = configuration();
    const enforced = live({ matchExpressions: AKS }, 'admissionsenforcer');
    expect(withEnforcedExpressions(without, enforced)).toEqual(without);
  });
});
