import { beforeAll, expect, it } from 'vitest';
import type { LabCluster } from '../../../lab/lab.js';
import { manifestOf } from '../../../src/istio/apply/manifests.js';
import { findPrunable, prune } from '../../../src/istio/apply/prune.js';
import { ClusterClient } from '../../../src/kubernetes/client/cluster-client.js';
import { describeObject } from '../../../src/kubernetes/client/objects.js';
import { until } from '../../support/wait.js';
import { newCluster } from '../support/lab-mesh.js';

const never = new AbortController().signal;
const installation = { version: '1.31.2', revision: 'default', istioNamespace: 'istio-system' };

/** The labels of istioctl on an object of component Pilot, as version 1.30 has set them. */
const OF_1_30 = {
  'operator.istio.io/managed': 'Reconcile',
  'operator.istio.io/version': '1.30.3',
  'operator.istio.io/component': 'Pilot',
  'install.operator.istio.io/owning-resource': 'unknown',
  'install.operator.istio.io/owning-resource-namespace': 'istio-system',
  'istio.io/rev': 'default',
};

/** What each ConfigMap differs in from one that an older version has left behind. */
const OBJECTS: Readonly<Record<string, Partial<Record<keyof typeof OF_1_30 | 'istio.io/tag', string>>>> = {
  'of-an-earlier-minor': {},
  'of-an-earlier-patch': { 'operator.istio.io/version': '1.31.1' },
  'of-this-version': { 'operator.istio.io/version': '1.31.2' },
  'of-the-base': { 'operator.istio.io/component': 'Base' },
  'still-rendered': {},
  'of-a-newer-patch': { 'operator.istio.io/version': '1.31.10' },
  'of-a-named-document': { 'install.operator.istio.io/owning-resource': 'our-gateways' },
  'of-another-revision': { 'istio.io/rev': 'canary' },
  'of-a-gateway': { 'operator.istio.io/component': 'IngressGateways' },
  'of-another-namespace': { 'install.operator.istio.io/owning-resource-namespace': 'istio-gateways' },
  'of-a-tag': { 'istio.io/tag': 'prod' },
  'of-helm': { 'operator.istio.io/managed': 'Helm' },
};
const SUPERFLUOUS = ['of-an-earlier-minor', 'of-an-earlier-patch', 'of-the-base', 'of-this-version'];

let cluster: LabCluster;
let admin: ClusterClient;

const configMap = (name: string, labels: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'istio-system', labels: { ...OF_1_30, ...labels } },
});

beforeAll(async () => {
  cluster = await newCluster('upgraded', { controllers: 'few' });
  admin = new ClusterClient({ name: cluster.name, path: cluster.kubeconfigPath });
  for (const [name, labels] of Object.entries(OBJECTS)) {
    await admin.apply(configMap(name, labels), { fieldManager: 'test' });
  }
  const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' };
  await admin.apply({ ...role, metadata: { name: 'left', labels: OF_1_30 } }, { fieldManager: 'test' });
});

it('what an earlier version left behind is pruned, and nothing that somebody else owns', async () => {
  const manifests = [manifestOf(configMap('still-rendered'), 'Pilot', {})];
  const superfluous = await findPrunable(admin, manifests, installation, never);
  expect(superfluous.map((object) => describeObject(object)).sort()).toEqual([
    'ClusterRole left',
    ...SUPERFLUOUS.map((name) => `ConfigMap istio-system/${name}`),
  ]);

  expect(await prune(admin, superfluous, never)).toHaveLength(superfluous.length);
  // What depends on an object goes first: the garbage collector says when.
  await until('they are gone', async () => {
    return (await findPrunable(admin, manifests, installation, never)).length === 0;
  });
  const { items } = await cluster.api.get<{ items: { metadata: { name: string } }[] }>(
    '/api/v1/namespaces/istio-system/configmaps?labelSelector=operator.istio.io%2Fversion',
  );
  const left = Object.keys(OBJECTS).filter((name) => !SUPERFLUOUS.includes(name));
  expect(items.map(({ metadata }) => metadata.name).sort()).toEqual(left.sort());
});
