import { describe, expect, it } from 'vitest';
import { settleConflicts } from '../../../src/istio/apply/field-conflicts.js';

const CA = '.webhooks[name="rev.object.sidecar-injector.istio.io"].clientConfig.caBundle';
const POLICY = '.webhooks[name="validation.istio.io"].failurePolicy';
const SELECTOR = '.webhooks[name="namespace.sidecar-injector.istio.io"].namespaceSelector';

describe('settleConflicts', () => {
  it('leaves CA and failure policy of webhooks to istiod', () => {
    const conflicts = [
      { manager: 'pilot-discovery', field: CA },
      { manager: 'pilot-discovery', field: POLICY },
    ];
    expect(settleConflicts(conflicts)).toEqual({ leave: ['caBundle', 'failurePolicy'], force: false });
  });

  it.each(['istioctl', 'istio-operator', 'istio-ci'])('takes over what %s has set', (manager) => {
    expect(settleConflicts([{ manager, field: SELECTOR }])).toEqual({ leave: [], force: true });
  });

  it('takes replicas over from an autoscaler, and nothing else', () => {
    const manager = 'kube-controller-manager';
    expect(settleConflicts([{ manager, field: '.spec.replicas' }])).toEqual({ leave: [], force: true });
    expect(settleConflicts([{ manager, field: '.spec.template' }])).toBeUndefined();
  });

  it("takes selectors over from AKS' admissions enforcer, and nothing else", () => {
    const manager = 'admissionsenforcer';
    expect(settleConflicts([{ manager, field: SELECTOR }])).toEqual({ leave: [], force: true });
    expect(settleConflicts([{ manager, field: POLICY }])).toBeUndefined();
  });

  it('does both at once', () => {
    const conflicts = [
      { manager: 'pilot-discovery', field: CA },
      { manager: 'istioctl', field: SELECTOR },
    ];
    expect(settleConflicts(conflicts)).toEqual({ leave: ['caBundle'], force: true });
  });

  it('takes nothing away from a person or another tool', () => {
    expect(settleConflicts([{ manager: 'kubectl-edit', field: SELECTOR }])).toBeUndefined();
    expect(settleConflicts([{ manager: 'helm', field: CA }])).toBeUndefined();
    expect(
      settleConflicts([
        { manager: 'istioctl', field: SELECTOR },
        { manager: 'kubectl', field: POLICY },
      ]),
    ).toBeUndefined();
  });

  it('takes no other field away from istiod', () => {
    expect(settleConflicts([{ manager: 'pilot-discovery', field: SELECTOR }])).toBeUndefined();
  });
});
