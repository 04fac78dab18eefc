import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { ISTIOCTL_14_PERMISSIONS } from '../../../src/istio/permissions/istioctl-14-permissions.js';
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
const manifestsOf = (
  role: 'primary' | 'remote',
  release: string,
  istioNamespace = 'istio-system',
  namespaces = ['default'],
) => permissionManifests({ role, permissions: permissionsOf(release)[role], istioNamespace, namespaces });
const permissionsOf = (release: string) => (release === '1.4' ? ISTIOCTL_14_PERMISSIONS : PERMISSIONS);

const FILES = [
  ['primary', '1.31', 'primary'],
  ['remote', '1.31', 'remote'],
  ['primary', '1.4', 'primary-1.4'],
  ['remote', '1.4', 'remote-1.4'],
] as const;

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

test.each(FILES)(
  'a %s of %s: deploy/permissions/%s.yaml is what the table says; else: npm run permissions',
  async (role, release, name) => {
    const file = new URL(`../../../deploy/permissions/${name}.yaml`, import.meta.url);
    expect(await readFile(file, 'utf8')).toBe(manifestsOf(role, release));
  },
);

test.each(FILES)(
  'a %s of %s grants every row of the table where it is needed, and nothing else',
  (role, release) => {
    const rights = granted(parse(manifestsOf(role, release, 'mesh-system', ['shop', 'cart'])));
    const places = {
      cluster: [''],
      istio: ['mesh-system'],
      'kube-system': ['kube-system'],
      injected: ['shop', 'cart'],
    };
    const wanted = new Map<string, Set<string>>();
    for (const { scope, resource, verbs, untilIstioNamespaceExists } of permissionsOf(release)[role]) {
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

test.each(FILES)(
  'a %s of %s: nobody may read Secrets, or do more with Pods of the whole cluster than list them',
  (role, release) => {
    const everywhere = [...(granted(parse(manifestsOf(role, release))).get('') ?? [])];
    expect(everywhere.filter((right) => / \/(secrets|pods|configmaps|serviceaccounts)/.test(right))).toEqual([
      'list /pods',
    ]);
    expect(everywhere.filter((right) => right.includes('*'))).toEqual([]);
  },
);

test.each(['primary', 'remote'] as const)(
  'a %s of a release with istiod need not let Pods be listed',
  (role) => {
    const pods = permissionsOf('1.31')[role].find(
      ({ scope, resource }) => scope === 'cluster' && resource === 'pods',
    );
    expect(pods).toMatchObject({ verbs: ['list'], optional: expect.any(String) });
  },
);

test('of the Secrets of a remote only the one for istiod can be read', () => {
  const rules = parse(manifestsOf('remote', '1.31')).flatMap(({ rules = [] }) => rules);
  const secrets = rules.filter(({ resources }) => resources.includes('secrets'));
  expect(secrets.map(({ resourceNames, verbs }) => [resourceNames?.[0], verbs])).toEqual([
    ['istio-reader-service-account-istio-remote-secret-token', ['get', 'patch']],
    [undefined, ['create']],
  ]);
});

test('only two ConfigMaps of kube-system can be read', () => {
  const role = parse(manifestsOf('remote', '1.31')).find(
    ({ metadata }) => metadata.namespace === 'kube-system',
  );
  expect(role?.rules?.find(({ resources }) => resources[0] === 'configmaps')?.resourceNames).toEqual([
    'cilium-config',
    'kubeadm-config',
  ]);
});
