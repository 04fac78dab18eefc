import { readFile } from 'node:fs/promises';
import { beforeAll, expect, test } from 'vitest';
import { createActivities } from '../../activities/index.js';
import type { LabCluster } from '../../lab/lab.js';
import { PERMISSIONS, type PermissionScope, type Role } from '../../src/istio/permissions/permissions.js';
import { ClusterClient } from '../../src/kubernetes/client/cluster-client.js';
import type { KubernetesObject } from '../../src/kubernetes/client/objects.js';
import type { PrimaryInput, RemoteInput } from '../../src/rollout/resolve/resolved.js';
import { newCluster, newWorker } from '../istio/support/lab-mesh.js';
import { retried, run } from './support.js';

/** What a request of the product was allowed or denied, as one line: `remote istio patch services`. */
interface Deeds {
  readonly allowed: Set<string>;
  readonly denied: Set<string>;
}

let deeds: Deeds;

/** One rollout in which as much happens as can: everything is new, and of every kind something is left to prune. */
beforeAll(async () => {
  const [hub, remote] = await Promise.all([
    newCluster('hub', { role: 'primary' }),
    newCluster('remote', { controllers: 'few' }),
  ]);
  await Promise.all([...[hub, remote].map(leaveSomethingBehind), leaveEndpointsBehind(remote)]);
  await attach(createActivities(await newWorker()), hub, remote);
  const [inHub, inRemote] = await Promise.all([deedsIn(hub, 'primary'), deedsIn(remote, 'remote')]);
  deeds = {
    allowed: new Set([...inHub.allowed, ...inRemote.allowed]),
    denied: new Set([...inHub.denied, ...inRemote.denied]),
  };
});

test('a rollout with the roles of deploy/permissions is never refused anything', () => {
  expect([...deeds.denied]).toEqual([]);
});

test('a rollout uses every permission that it calls necessary', () => {
  const necessary = (['primary', 'remote'] as const).flatMap((role) =>
    PERMISSIONS[role]
      .filter(({ optional }) => optional === undefined)
      .flatMap(({ scope, resource, verbs }) => verbs.map((verb) => `${role} ${scope} ${verb} ${resource}`)),
  );
  expect(necessary.filter((one) => !deeds.allowed.has(one)).sort()).toEqual([
    // The manifests bring the namespace along.
    'primary cluster create namespaces',
    // Kubernetes 1.35 and newer ask for it beside get.
    'primary istio create pods/portforward',
    // Only while istiod is replaced.
    'primary istio list replicasets.apps',
    'remote cluster create namespaces',
    // Only where the document names no namespace in which a Pod could be tried.
    'remote istio create pods',
  ]);
});

type Activities = ReturnType<typeof createActivities>;

/** Every step of a rollout, the checks before and the last pass behind it. */
async function attach(activities: Activities, hub: LabCluster, remote: LabCluster): Promise<void> {
  const settings = {
    mesh: 'shop',
    rolloutId: 'test',
    release: '1.31',
    revision: 'default',
    installer: 'istioctl' as const,
    istioNamespace: 'istio-system',
    meshID: 'shop',
    network: 'network1',
    primary: hub.name,
    progressDeadlineMs: 600_000,
    values: {},
  };
  const namespaces = [{ name: 'default', injection: 'enabled' }];
  const primaryInput: PrimaryInput = { ...settings, profile: 'minimal', accept: [] };
  const remoteInput: RemoteInput = { ...settings, cluster: remote.name, namespaces, accept: [] };
  const injection = { ...remoteInput, wasLive: false };
  const clusters = [
    { cluster: hub.name, role: 'primary' as const },
    { cluster: remote.name, role: 'remote' as const },
  ];
  const inspections = await run(activities.inspectClusters, {
    ...settings,
    namespaces,
    clusters,
    facts: { cni: false },
  });
  expect(inspections.map(({ findings }) => findings)).toEqual([[], []]);
  const plan = async (controlPlaneMoves: boolean) => {
    const plans = [
      await retried(() => run(activities.planPrimary, primaryInput)),
      await retried(() => run(activities.planRemote, { ...remoteInput, controlPlaneMoves })),
    ];
    expect(plans.flatMap(({ problems }) => problems)).toEqual([]);
    return plans.map(({ counts }) => counts.create + counts.change + counts.label + counts.prune);
  };
  expect(Math.min(...(await plan(true)))).toBeGreaterThan(20);
  await retried(() => run(activities.deployPrimary, primaryInput));
  await retried(() => run(activities.collectEndpoints, settings));
  await retried(() => run(activities.prepareNamespace, remoteInput));
  await retried(() => run(activities.installRemote, remoteInput));
  await retried(() => run(activities.registerRemote, remoteInput));
  await retried(() => run(activities.activateInjection, injection));
  await retried(() => run(activities.verifyRemote, remoteInput));
  await retried(() => run(activities.labelNamespaces, injection));
  const proof = await retried(() => run(activities.verifyInjection, injection));
  expect(proof.proofs).toEqual([{ what: 'injection', value: 'default', proven: true }]);
  const pointing = { ...settings, clusters: [remote.name], patienceMs: 10_000 };
  expect((await run(activities.pointRemotes, pointing)).failed).toEqual([]);
  expect(await plan(false)).toEqual([0, 0]);
}

/** Objects as an installation with other values may have left them, one of every kind that is pruned. */
async function leaveSomethingBehind(cluster: LabCluster): Promise<void> {
  const admin = new ClusterClient({ name: cluster.name, path: cluster.kubeconfigPath });
  const labels = {
    'operator.istio.io/managed': 'Reconcile',
    'operator.istio.io/version': '1.31.0',
    'install.operator.istio.io/owning-resource-namespace': 'istio-system',
    'operator.istio.io/component': 'Pilot',
    'istio.io/rev': 'default',
  };
  const namespaced = { name: 'left-behind', namespace: 'istio-system', labels };
  const clusterWide = { name: 'left-behind', labels };
  const app = { app: 'left-behind' };
  const rbac = { apiGroup: 'rbac.authorization.k8s.io', name: 'left-behind' };
  const template = { metadata: { labels: app }, spec: { containers: [{ name: 'app', image: 'app' }] } };
  const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'left-behind' };
  const group = 'config.istio.io';
  const schema = { openAPIV3Schema: { type: 'object' } };
  const objects: KubernetesObject[] = [
    // Where there is none of Istio's CRDs, nothing is looked for to be pruned. Istio has not had this one for years.
    {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `rules.${group}`, labels: { ...labels, 'operator.istio.io/component': 'Base' } },
      spec: {
        group,
        names: { kind: 'rule', plural: 'rules' },
        scope: 'Namespaced',
        versions: [{ name: 'v1alpha2', served: true, storage: true, schema }],
      },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: namespaced,
      spec: { replicas: 0, selector: { matchLabels: app }, template },
    },
    { apiVersion: 'v1', kind: 'Service', metadata: namespaced, spec: { ports: [{ port: 80 }] } },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: namespaced },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: namespaced },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: namespaced,
      roleRef: { ...rbac, kind: 'Role' },
    },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: namespaced },
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: namespaced,
      spec: { selector: { matchLabels: app } },
    },
    {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: namespaced,
      spec: { scaleTargetRef: target, maxReplicas: 1 },
    },
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingWebhookConfiguration',
      metadata: clusterWide,
    },
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: clusterWide,
    },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: clusterWide },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: clusterWide,
      roleRef: { ...rbac, kind: 'ClusterRole' },
    },
  ] as KubernetesObject[];
  await Promise.all(objects.map((object) => admin.apply(object, { fieldManager: 'test' })));
  admin.close();
}

/** Addresses of an istiod that is gone, as an old version of Istio and another tool may have left them. */
async function leaveEndpointsBehind(remote: LabCluster): Promise<void> {
  const metadata = { name: 'istiod', namespace: 'istio-system' };
  const endpoints = { apiVersion: 'v1', kind: 'Endpoints', metadata };
  const { uid } = (
    await remote.api.post<KubernetesObject>('/api/v1/namespaces/istio-system/endpoints', endpoints)
  ).metadata;
  const owner = { apiVersion: 'v1', kind: 'Endpoints', name: 'istiod', uid };
  for (const [name, ownerReferences] of [
    ['mirrored', [owner]],
    ['left-behind', []],
  ] as const) {
    await remote.api.post('/apis/discovery.k8s.io/v1/namespaces/istio-system/endpointslices', {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name, labels: { 'kubernetes.io/service-name': 'istiod' }, ownerReferences },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['192.0.2.9'] }],
    });
  }
}

/** An entry of an audit log of Kubernetes (audit.k8s.io/v1 Event). */
interface AuditEvent {
  readonly verb: string;
  readonly objectRef?: {
    readonly apiGroup?: string;
    readonly resource: string;
    readonly subresource?: string;
    readonly namespace?: string;
  };
  readonly responseStatus?: { readonly code: number };
}

/** What the API server of a cluster saw the product do. */
async function deedsIn(cluster: LabCluster, role: Role): Promise<Deeds> {
  const lines = (await readFile(cluster.auditLogPath, 'utf8')).trim().split('\n');
  const found: Deeds = { allowed: new Set(), denied: new Set() };
  for (const { verb, objectRef, responseStatus } of lines.map((line) => JSON.parse(line) as AuditEvent)) {
    // Everybody may ask for the version, for what is served, and for their own rights.
    if (objectRef === undefined || objectRef.resource === 'selfsubjectaccessreviews') continue;
    const { apiGroup, resource, subresource, namespace } = objectRef;
    const group = apiGroup === undefined || apiGroup === '' ? '' : `.${apiGroup}`;
    const name = `${resource}${group}${subresource === undefined ? '' : `/${subresource}`}`;
    const code = responseStatus?.code;
    // A patch that creates needs both verbs.
    for (const each of verb === 'patch' && code === 201 ? ['patch', 'create'] : [verb]) {
      const line = `${role} ${scopeOf(namespace, resource, each)} ${each} ${name}`;
      (code === 403 ? found.denied : found.allowed).add(line);
    }
  }
  return found;
}

/** A namespace itself is read and created by a right in the whole cluster. */
function scopeOf(namespace: string | undefined, resource: string, verb: string): PermissionScope | string {
  if (resource === 'namespaces' && verb !== 'patch') return 'cluster';
  switch (namespace) {
    case undefined:
      return 'cluster';
    case 'istio-system':
      return 'istio';
    case 'default':
      return 'injected';
    default:
      return namespace;
  }
}
