import { describe, expect, it } from 'vitest';
import { componentOf } from '../../../src/istio/apply/ownership.js';

const labelled = (labels?: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', ...(labels === undefined ? {} : { labels }) },
});

describe('componentOf', () => {
  it.each([
    ['base-1.0.0', 'Base'],
    ['istiod-1.31.0-rc.0', 'Pilot'],
    ['istio-ingress-1.0.0', 'IngressGateways'],
    ['istio-egress-1.0.0', 'EgressGateways'],
    ['cni-1.0.0', 'Cni'],
    ['ztunnel-1.0.0', 'Ztunnel'],
  ])('takes chart %s for component %s', (chart, component) => {
    expect(componentOf(labelled({ 'helm.sh/chart': chart }))).toBe(component);
  });

  it('believes the component label where there is no chart', () => {
    expect(componentOf(labelled({ 'operator.istio.io/component': 'Pilot' }))).toBe('Pilot');
  });

  it('takes an object without labels for one of the base', () => {
    expect(componentOf(labelled())).toBe('Base');
  });
});
