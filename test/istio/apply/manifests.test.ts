import { describe, expect, it } from 'vitest';
import { objectOf, parseManifests } from '../../../src/istio/apply/manifests.js';

const installation = { version: '1.31.0', revision: 'canary', istioNamespace: 'mesh' };

const parse = (yaml: string) => parseManifests(yaml, installation);

describe('parseManifests', () => {
  it('skips empty documents', () => {
    expect(
      parse('---\n\n---\nkind: A\napiVersion: v1\nmetadata: {name: a}\n---\n# nothing\n---\n'),
    ).toHaveLength(1);
  });

  it('keeps what a typed client would lose', () => {
    const yaml = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.com, labels: {helm.sh/chart: base-1.0.0}}
spec:
  group: example.com
  names: {plural: things}
  versions:
  - {name: v1alpha1, served: false}
  - name: v1
    served: true
    schema: {openAPIV3Schema: {x-kubernetes-preserve-unknown-fields: true, pattern: "^yes$", default: "on"}}
`;
    const [crd] = parse(yaml);
    expect(crd?.serves).toEqual({ apiVersion: 'example.com/v1', plural: 'things' });
    expect(crd?.component).toBe('Base');
    expect(crd === undefined ? undefined : objectOf(crd)).toMatchObject({
      metadata: { labels: { 'operator.istio.io/component': 'Base', 'istio.io/rev': 'canary' } },
      spec: {
        versions: [{}, { schema: { openAPIV3Schema: { 'x-kubernetes-preserve-unknown-fields': true } } }],
      },
    });
  });

  it.each(['just words', 'kind: A', '- a\n- b'])('refuses %j', (yaml) => {
    expect(() => parse(yaml)).toThrow(expect.objectContaining({ code: 'render-failed' }));
  });

  it('refuses what is not YAML, without repeating it', () => {
    expect(() => parse('a: {b: [')).toThrow('what istioctl rendered is not YAML');
  });
});
