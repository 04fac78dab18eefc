import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import type { LabCluster } from '../../lab/lab.js';
import type { SomeToolPaths } from '../../lab/tools/tool-names.js';
import { isReady, type Pod } from './by-hand.js';

/** Flags of every installation here: images that nobody pulls, and nothing that nobody needs. */
const FLAGS = [
  'hub=docker.io/istio',
  'tag=1.4.3',
  'gateways.enabled=false',
  'values.prometheus.enabled=false',
  'values.global.controlPlaneSecurityEnabled=false',
];

/** `istioctl manifest apply` of Istio 1.4, which runs the first `kubectl` on its PATH. */
async function apply(tools: SomeToolPaths, cluster: LabCluster, flags: string[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'mesh-rollout-kubectl-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await symlink(tools['kubectl-1.15'] ?? '', join(folder, 'kubectl'));
  const settings = [...FLAGS, ...flags].flatMap((flag) => ['--set', flag]);
  await execa(
    tools['istioctl-1.4'] ?? '',
    ['manifest', 'apply', '--skip-confirmation', '--kubeconfig', cluster.kubeconfigPath, ...settings],
    { env: { PATH: folder, HOME: folder }, extendEnv: false },
  );
}

/** Installs pilot, citadel, the injector and the rest in a primary. Returns before any of it is ready. */
export function installOldPrimary(tools: SomeToolPaths, cluster: LabCluster): Promise<void> {
  return apply(tools, cluster, []);
}

/** Installs a remote that finds the primary's Pods at these addresses. Returns before any of it is ready. */
export function installOldRemote(
  tools: SomeToolPaths,
  cluster: LabCluster,
  addresses: { pilot: string; policy: string; telemetry: string },
): Promise<void> {
  return apply(tools, cluster, [
    'profile=remote',
    `values.global.remotePilotAddress=${addresses.pilot}`,
    `values.global.remotePolicyAddress=${addresses.policy}`,
    `values.global.remoteTelemetryAddress=${addresses.telemetry}`,
    'values.global.createRemoteSvcEndpoints=true',
    'values.global.remotePilotCreateSvcEndpoint=true',
    'autoInjection.enabled=true',
    `values.global.multiCluster.clusterName=${cluster.name}`,
  ]);
}

/** The Pods with a label, such as `istio=pilot`, in a namespace. */
export async function podsWith(cluster: LabCluster, namespace: string, label: string): Promise<Pod[]> {
  const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(label)}`;
  return (await cluster.api.get<{ items: Pod[] }>(path)).items;
}

/** Address of the first Pod with a label that is ready; undefined when there is none. */
export async function readyAddress(cluster: LabCluster, namespace: string, label: string) {
  return (await podsWith(cluster, namespace, label)).find(isReady)?.status.podIP;
}

/** Makes a remote known to pilot in the primary, with the token of a ServiceAccount of the remote's. */
export async function registerOldRemote(
  primary: LabCluster,
  remote: LabCluster,
  { namespace, serviceAccount }: { namespace: string; serviceAccount: string },
): Promise<void> {
  const account = await remote.api.get<{ secrets: { name: string }[] }>(
    `/api/v1/namespaces/${namespace}/serviceaccounts/${serviceAccount}`,
  );
  const { data } = await remote.api.get<{ data: { token: string } }>(
    `/api/v1/namespaces/${namespace}/secrets/${account.secrets[0]?.name}`,
  );
  const { name, apiServer, certificateAuthority } = remote;
  const cluster = {
    server: apiServer,
    'certificate-authority-data': Buffer.from(certificateAuthority).toString('base64'),
  };
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster }],
    users: [{ name, user: { token: Buffer.from(data.token, 'base64').toString() } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  };
  await primary.api.post('/api/v1/namespaces/istio-system/secrets', {
    metadata: { name, labels: { 'istio/multiCluster': 'true' } },
    stringData: { [name]: stringify(kubeconfig) },
  });
}
