import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { permissionManifests } from '../../../src/istio/permissions/permission-manifests.js';
import { PERMISSIONS } from '../../../src/istio/permissions/permissions.js';
import { parseResource } from '../../../src/kubernetes/facts/access-review.js';

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules?: readonly {
    apiGroups: string[];
    resources: string[];
    resourceNames?: string[];
    verbs: string[];
  }[];
  readonly roleRef?: { readonly kind: string; readonly name: string };
}

const parse = (text: string) => parseAllDocuments(text).map((document) => document.toJS() as Manifest);
const manifestsOf = (role: 'primary' | 'remote', istioNamespace = 'istio-system', namespaces = ['default']) =>
  permissionManifests({ role, permissions: PERMISSIONS[role], istioNamespace, namespaces });

/** Verbs that a binding gives, as `verb group/resource`, by where it gives them: a namespace, or '' for everywhere. */
function granted(manifests: readonly Manifest[]): Map<string, Set<string>> {
  const rights = new Map<string, Set<string>>();
  for (const { metadata, roleRef } of manifests) {
    const role = manifests.find((one) => one.kind === roleRef?.kind && one.metadata.name === roleRef.name);
    const where = metadata.namespace ?? '';
    for (const { apiGroups, resources, verbs } of role?.rules ?? []) {
      const held = rights.get(where) ?? new Set();
      for (const verb of verbs) held.add(`${verb} ${apiGroups[0]}/${resources[0]}`);
      rights.set(where, held);
    }
  }
  return rights;
}

test.each(['primary', 'remote'] as const)(
  'deploy/permissions/%s.yaml is what the table says; else: npm run permissions',
  async (role) => {
    const file = new URL(`../../../deploy/permissions/${role}.yaml`, import.meta.url);
    expect(await readFile(file, 'utf8')).toBe(manifestsOf(role));
  },
);

test.each(['primary', 'remote'] as const)(
  'a %s grants every row of the table where it is needed, and nothing else',
  (role) => {
    const rights = granted(parse(manifestsOf(role, 'mesh-system', ['shop', 'cart'])));
    const places = {
      cluster: [''],
      istio: ['mesh-system'],
      'kube-system': ['kube-system'],
      injected: ['shop', 'cart'],
    };
    const wanted = new Map<string, Set<string>>();
    for (const { scope, resource, verbs, untilIstioNamespaceExists } of PERMISSIONS[role]) {
      if (untilIstioNamespaceExists) continue;
      const { group, plural, subresource } = parseResource(resource);
      for (const place of places[scope]) {
        const held = wanted.get(place) ?? new Set();
        for (const verb of verbs)
          held.add(`${verb} ${group}/${[plural, subresource].filter(Boolean).join('/')}`);
        wanted.set(place, held);
      }
    }
    expect(rights).toEqual(wanted);
  },
);

test('nobody may read Secrets or create Pods in the whole cluster; Pods may be listed, and that is optional', () => {
  for (const role of ['primary', 'remote'] as const) {
    const everywhere = [...(granted(parse(manifestsOf(role))).get('') ?? [])];
    expect(everywhere.filter((right) => / \/(secrets|pods|configmaps|serviceaccounts)/.test(right))).toEqual([
      'list /pods',
    ]);
    expect(
      PERMISSIONS[role].find(({ scope, resource }) => scope === 'cluster' && resource === 'pods'),
    ).toMatchObject({ verbs: ['list'], optional: expect.any(String) });
    expect(everywhere.filter((right) => right.includes('*'))).toEqual([]);
  }
});

test('of the Secrets of a remote only the one for istiod can be read', () => {
  const rules = parse(manifestsOf('remote')).flatMap(({ rules = [] }) => rules);
  const secrets = rules.filter(({ resources }) => resources.includes('secrets'));
  expect(secrets.map(({ resourceNames, verbs }) => [resourceNames?.[0], verbs])).toEqual([
    ['istio-reader-service-account-istio-remote-secret-token', ['get', 'patch']],
    [undefined, ['create']],
  ]);
});

test('only two ConfigMaps of kube-system can be read', () => {
  const role = parse(manifestsOf('remote')).find(({ metadata }) => metadata.namespace === 'kube-system');
  expect(role?.rules?.find(({ resources }) => resources[0] === 'configmaps')?.resourceNames).toEqual([
    'cilium-config',
    'kubeadm-config',
  ]);
});
