import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { LabCluster } from '../../../../../lab/lab.js';
import { ensureCharts } from '../../../../../lab/tools/charts.js';
import { ensureTools } from '../../../../../lab/tools/tools.js';
import { HELM_PERMISSIONS } from '../../../../../src/istio/installers/helm/permissions.js';
import type { ChartReference, ChartSettings } from '../../../../../src/istio/installers/helm/tool/charts.js';
import { Helm } from '../../../../../src/istio/installers/helm/tool/helm.js';
import type { Role } from '../../../../../src/istio/permissions/permissions.js';
import type { Values } from '../../../../../src/rollout/resolve/resolved.js';
import { temporaryFolder } from '../../../../kubernetes/support/temporary-folder.js';

/** Returns Helm and the charts of Istio that a lab has; `MESH_ROLLOUT_HELM` names another Helm, such as version 4. */
export async function labHelm(): Promise<{ helm: Helm; settings: ChartSettings }> {
  const [{ helm }, charts] = await Promise.all([
    ensureTools({ names: ['helm'] }),
    ensureCharts({ releases: ['1.31'] }),
  ]);
  const folder = charts['1.31'];
  const settings = { base: join(folder, 'base'), istiod: join(folder, 'istio-discovery') };
  return { helm: new Helm(process.env.MESH_ROLLOUT_HELM ?? helm), settings };
}

const LISTS = [
  '/api/v1/services',
  '/api/v1/namespaces/istio-system/configmaps',
  '/api/v1/namespaces/istio-system/secrets',
  '/api/v1/namespaces/istio-system/serviceaccounts',
  '/apis/discovery.k8s.io/v1/endpointslices',
  '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
  '/apis/rbac.authorization.k8s.io/v1/clusterroles',
  '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
  '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations',
  '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations',
];

/** On what istiod's Pods keep writing to: who of them leads. */
const LEADER = 'control-plane.alpha.kubernetes.io/leader';

interface Item {
  readonly metadata: {
    readonly namespace?: string;
    readonly name: string;
    readonly resourceVersion: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** The resourceVersions of all objects of an installation, Helm's own record among them. */
export async function resourceVersions(cluster: LabCluster): Promise<Record<string, string>> {
  const versions: Record<string, string> = {};
  for (const path of LISTS) {
    const { items } = await cluster.api.get<{ items: Item[] }>(path);
    for (const { metadata } of items) {
      if (metadata.annotations?.[LEADER] !== undefined) continue;
      versions[`${path} ${metadata.namespace ?? ''}/${metadata.name}`] = metadata.resourceVersion;
    }
  }
  return versions;
}

/** Lets the product's account do what Helm needs beyond the permissions of a rollout with istioctl. */
export async function grantReleases(cluster: LabCluster, role: Role): Promise<void> {
  const metadata = { name: 'mesh-rollout-helm', namespace: 'istio-system' };
  const rules = HELM_PERMISSIONS[role].map(({ resource, verbs }) => ({
    apiGroups: [''],
    resources: [resource],
    verbs,
  }));
  const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/istio-system';
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  await cluster.api.post(`${rbac}/roles`, { apiVersion, kind: 'Role', metadata, rules });
  await cluster.api.post(`${rbac}/rolebindings`, {
    apiVersion,
    kind: 'RoleBinding',
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: metadata.name },
    subjects: [{ kind: 'ServiceAccount', name: 'mesh-rollout', namespace: 'mesh-rollout' }],
  });
}

/** Upgrades a release as an administrator who knows nothing of rollouts. */
export async function upgradeByHand(
  cluster: LabCluster,
  release: string,
  chart: ChartReference,
  values: Values,
): Promise<void> {
  const { helm } = await labHelm();
  const folder = await temporaryFolder();
  const file = join(folder, 'values.json');
  await writeFile(file, JSON.stringify(values));
  const where = ['--kubeconfig', cluster.kubeconfigPath, '--namespace', 'istio-system'];
  await execa(helm.path, ['upgrade', '--install', release, String(chart), '--values', file, ...where], {
    env: { HOME: folder },
  });
}

/** Kills the Helm that this process has at work on a release. */
export async function killHelm({ path }: Helm, release: string): Promise<void> {
  const { stdout } = await execa('ps', ['-eo', 'pid=,args=']);
  for (const line of stdout.split('\n')) {
    const [, pid, args = ''] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
    const isOwn = args.includes(`-${process.pid}-`) && args.includes('mesh-rollout-private-');
    if (isOwn && args.startsWith(`${path} upgrade ${release} `)) process.kill(Number(pid), 'SIGKILL');
  }
}
