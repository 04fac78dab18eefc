import { beforeAll, expect, test } from 'vitest';
import { inspectClusters } from '../../../activities/checks/inspect-clusters.js';
import type { LabCluster } from '../../../lab/lab.js';
import { ensureTools } from '../../../lab/tools/tools.js';
import { ClusterClient } from '../../../src/kubernetes/client/cluster-client.js';
import type { KubernetesObject } from '../../../src/kubernetes/client/objects.js';
import { REFUSAL_PATIENCE_MS } from '../../../src/kubernetes/errors/refusals.js';
import type { InspectInput } from '../../../src/rollout/activities.js';
import type { ClusterInspection } from '../../../src/rollout/checks/findings.js';
import { writeKubeconfig } from '../../kubernetes/support/stub-api-server.js';
import { freshName, useLab } from '../../support/lab.js';
import { dependenciesOn, run } from '../support.js';

let hub: LabCluster;
let remote: LabCluster;
let istioctl: string;

beforeAll(async () => {
  const lab = await useLab();
  [hub, remote] = (await Promise.all(
    ['hub', 'remote'].map((name) =>
      lab.addCluster(freshName(name), { controllers: 'few', inInventory: false }),
    ),
  )) as [LabCluster, LabCluster];
  istioctl = (await ensureTools({ names: ['istioctl'] })).istioctl;
});

const MESH: Omit<InspectInput, 'clusters'> = {
  mesh: 'shop',
  primary: 'hub',
  release: '1.31',
  installer: 'istioctl',
  revision: 'default',
  istioNamespace: 'istio-system',
  meshID: 'shop',
  network: 'network1',
  facts: { cni: false },
  namespaces: [{ name: 'default', injection: 'enabled' }],
};

/** Inspects the hub and remotes; a remote is a kubeconfig. */
async function inspect(
  remotes: Record<string, string>,
  input: Partial<InspectInput> = {},
  refusalPatienceMs = REFUSAL_PATIENCE_MS,
): Promise<ClusterInspection[]> {
  const clusters = { hub: hub.kubeconfigPath, ...remotes };
  const dependencies = await dependenciesOn(
    Object.entries(clusters).map(([name, kubeconfig]) => ({ name, kubeconfig })),
    istioctl,
    refusalPatienceMs,
  );
  const roles = Object.keys(clusters).map((cluster) => ({
    cluster,
    role: cluster === 'hub' ? ('primary' as const) : ('remote' as const),
  }));
  return run(inspectClusters(dependencies), { ...MESH, clusters: roles, ...input });
}

const admin = (cluster: LabCluster) =>
  new ClusterClient({ name: cluster.name, path: cluster.kubeconfigPath });
const brief = (inspection: ClusterInspection | undefined) =>
  inspection?.findings.map(({ code, severity }) => `${severity} ${code}`);

/** Every object's resourceVersion, of the kinds that a rollout writes. */
async function snapshot(cluster: LabCluster): Promise<string[]> {
  const client = admin(cluster);
  const paths = [
    '/api/v1/namespaces',
    '/api/v1/services',
    '/api/v1/configmaps',
    '/api/v1/secrets',
    '/api/v1/pods',
  ];
  const more = ['clusterroles', 'clusterrolebindings'].map(
    (plural) => `/apis/rbac.authorization.k8s.io/v1/${plural}`,
  );
  const lists = await Promise.all([...paths, ...more].map((path) => client.list<KubernetesObject>(path)));
  return lists.flat().map(({ metadata }) => `${metadata.uid} ${metadata.resourceVersion}`);
}

test('clusters in order: facts, no findings, and nothing is written', async () => {
  const before = await Promise.all([hub, remote].map(snapshot));
  const [primary, other] = await inspect({ 'eu-1': remote.kubeconfigPath });
  expect(primary).toMatchObject({
    cluster: 'hub',
    uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
    kubernetesVersion: expect.stringMatching(/^v1\.34\./),
    serviceCIDRs: [hub.serviceCIDR],
    unreachable: false,
    findings: [],
  });
  expect(other).toMatchObject({ serviceCIDRs: [remote.serviceCIDR], findings: [] });
  expect(other?.uid).not.toBe(primary?.uid);
  expect(await Promise.all([hub, remote].map(snapshot))).toEqual(before);
});

test('pod CIDRs are slices of the block that the cluster was given', async () => {
  const [primary] = await inspect({});
  const prefix = hub.podCIDR.split('.').slice(0, 2).join('.');
  expect(primary?.podCIDRs.length).toBeGreaterThan(0);
  for (const cidr of primary?.podCIDRs ?? []) expect(cidr.startsWith(`${prefix}.`)).toBe(true);
});

test('a user without rights lacks every permission, by verb, resource and namespace, and the rest goes on', async () => {
  const kubeconfig = await remote.addUser(freshName('viewer'));
  const [, weak] = await inspect({ 'eu-1': kubeconfig });
  expect(brief(weak)).toEqual(['block permission-missing', 'warn permission-missing', 'warn cidr-unknown']);
  const [block, warn] = weak?.findings ?? [];
  for (const words of [
    'get, list, create, patch customresourcedefinitions.apiextensions.k8s.io',
    'get, patch secrets istio-reader-service-account-istio-remote-secret-token in istio-system',
    'list, create pods in default',
  ]) {
    expect(block?.what).toContain(words);
  }
  expect(warn?.what).toContain('escalate, bind clusterroles.rbac.authorization.k8s.io');
  expect(weak).toMatchObject({ kubernetesVersion: expect.stringContaining('v1.34'), unreachable: false });
});

test('credentials that are refused, and a server that does not answer, are findings of their clusters only', async () => {
  const remotes = {
    'eu-1': await writeKubeconfig(remote.server, { token: 'wrong' }),
    'eu-2': await writeKubeconfig('https://127.0.0.1:1', { token: 'any' }),
  };
  const [primary, refused, dead] = await inspect(remotes, {}, 0);
  expect([brief(primary), brief(refused), brief(dead)]).toEqual([
    [],
    ['block credentials-rejected'],
    ['block cluster-unreachable'],
  ]);
  expect([refused?.unreachable, dead?.unreachable]).toEqual([false, true]);
  expect(dead?.findings[0]).toMatchObject({
    where: 'https://127.0.0.1:1',
    what: expect.stringContaining('refuses connections'),
  });
  // What checks the credentials may be down for a moment.
  const [, early] = await inspect(remotes);
  expect(early).toMatchObject({ unreachable: true, findings: [{ code: 'cluster-unreachable' }] });
});

test('namespaces: missing ones, contrary labels, a remote of another primary or of its own istiod, a primary of another mesh', async () => {
  const annotate = (cluster: LabCluster, key: string, value: string) =>
    admin(cluster).apply(
      {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: 'istio-system', annotations: { [key]: value } },
      },
      { fieldManager: 'test' },
    );
  await annotate(hub, 'mesh-rollout.dev/mesh', 'other');
  await annotate(remote, 'topology.istio.io/controlPlaneClusters', 'elsewhere');
  const labelled = { name: 'switched-off', labels: { 'istio-injection': 'disabled' } };
  await admin(remote).apply(
    { apiVersion: 'v1', kind: 'Namespace', metadata: labelled },
    { fieldManager: 'test' },
  );

  const own = { app: 'istiod', 'istio.io/rev': 'default' };
  await admin(remote).create(
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { namespace: 'istio-system', name: 'istiod', labels: own },
      spec: {
        replicas: 0,
        selector: { matchLabels: own },
        template: {
          metadata: { labels: own },
          spec: { containers: [{ name: 'discovery', image: 'istiod' }] },
        },
      },
    } as KubernetesObject,
    { fieldManager: 'test' },
  );

  const namespaces = ['default', 'switched-off', 'missing'].map((name) => ({ name, injection: 'enabled' }));
  const elsewhere = { name: 'only-elsewhere', injection: 'enabled', clusters: ['us-1'] };
  const [primary, other] = await inspect(
    { 'eu-1': remote.kubeconfigPath },
    { namespaces: [...namespaces, elsewhere] },
  );
  expect(brief(primary)).toEqual(['block mesh-mismatch']);
  expect(brief(other)).toEqual([
    'block attached-elsewhere',
    'block own-control-plane',
    'block namespace-label-conflict',
    'block namespace-missing',
  ]);
  expect(other?.findings.map(({ what }) => what)).toEqual([
    'eu-1 is attached to elsewhere, not to hub',
    'eu-1 runs a control plane of its own: Deployment istio-system/istiod of revision default',
    'namespace switched-off of eu-1 is labelled istio-injection=disabled, against injection: enabled',
    'eu-1 has no namespace missing',
  ]);
});
