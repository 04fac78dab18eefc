import { PassThrough } from 'node:stream';
import { KubeConfig, PortForward } from '@kubernetes/client-node';
import { execa } from 'execa';
import { parseAllDocuments } from 'yaml';
import type { LabCluster } from '../../lab/lab.js';

/** A Pod as far as these tests read it. */
export interface Pod {
  metadata: { name: string; uid: string };
  spec: {
    initContainers?: { name: string }[];
    containers: { name: string; env?: { name: string; value?: string }[] }[];
  };
  status: {
    podIP: string;
    conditions: { type: string; status: string }[];
    containerStatuses: { ready: boolean; restartCount: number }[];
    initContainerStatuses?: { name: string; started: boolean; ready: boolean }[];
  };
}

/** Installs a primary with istioctl and waits for its Deployment. */
export async function installPrimary(istioctl: string, cluster: LabCluster): Promise<void> {
  await install(istioctl, cluster, [
    'profile=minimal',
    'values.global.externalIstiod=true',
    'values.global.meshID=mesh1',
    'values.global.network=network1',
    `values.global.multiCluster.clusterName=${cluster.name}`,
  ]);
}

/** Attaches a remote: annotated namespace, Istio pointed at the istiod Pod, remote secret, label on `default`. */
export async function attachRemote(istioctl: string, primary: LabCluster, remote: LabCluster): Promise<void> {
  const { name, kubeconfigPath, apiServer } = remote;
  const [istiod] = await istiodPods(primary);
  await remote.api.patch('/api/v1/namespaces/istio-system', 'merge-patch+json', {
    metadata: { annotations: { 'topology.istio.io/controlPlaneClusters': primary.name } },
  });
  await install(istioctl, remote, [
    'profile=remote',
    `values.global.remotePilotAddress=${istiod?.status.podIP}`,
    `values.istiodRemote.injectionPath=/inject/cluster/${name}/net/network1`,
  ]);
  const flags = ['--kubeconfig', kubeconfigPath, '--name', name, '--server', apiServer];
  const { stdout } = await execa(istioctl, ['create-remote-secret', ...flags]);
  const [secret] = parseAllDocuments(stdout);
  await primary.api.post('/api/v1/namespaces/istio-system/secrets', secret?.toJS());
  await remote.api.patch('/api/v1/namespaces/default', 'merge-patch+json', {
    metadata: { labels: { 'istio-injection': 'enabled' } },
  });
}

async function install(istioctl: string, cluster: LabCluster, values: string[]): Promise<void> {
  const flags = values.flatMap((value) => ['--set', value]);
  await execa(istioctl, ['install', '-y', '--kubeconfig', cluster.kubeconfigPath, ...flags]);
}

/** The istiod Pods of a cluster. */
export async function istiodPods(cluster: LabCluster): Promise<Pod[]> {
  const path = '/api/v1/namespaces/istio-system/pods?labelSelector=app%3Distiod';
  return (await cluster.api.get<{ items: Pod[] }>(path)).items;
}

/** Whether a Pod says that it is ready. */
export function isReady(pod: Pod | undefined): boolean {
  return pod?.status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

/** Names of the containers that a new Pod in the namespace `default` would get, init containers first. */
export async function dryRunContainers(cluster: LabCluster): Promise<string[]> {
  const { spec } = await cluster.api.post<Pod>('/api/v1/namespaces/default/pods?dryRun=All', {
    metadata: { name: 'probe' },
    spec: { containers: [{ name: 'app', image: 'app' }] },
  });
  return [...(spec.initContainers ?? []), ...spec.containers].map(({ name }) => name);
}

/**
 * GET of a path on a Pod's port through a port-forward of the API server; its answer up to what matches.
 *
 * @throws Error when the kubelet says that nothing can be forwarded.
 */
export async function getByPortForward(
  cluster: LabCluster,
  pod: Pod,
  port: number,
  path: string,
  end: RegExp,
): Promise<string> {
  const config = new KubeConfig();
  config.loadFromFile(cluster.kubeconfigPath);
  const [input, output, errors] = [new PassThrough(), new PassThrough(), new PassThrough()];
  errors.once('data', (chunk) => output.destroy(new Error(String(chunk))));
  const forward = new PortForward(config);
  const socket = await forward.portForward('istio-system', pod.metadata.name, [port], output, errors, input);
  input.write(`GET ${path} HTTP/1.0\r\nHost: localhost\r\n\r\n`);
  let answer = '';
  // The stream stays open when the Pod has closed its side.
  for await (const chunk of output) {
    answer += chunk;
    if (end.test(answer)) break;
  }
  if (typeof socket !== 'function') socket.close();
  return answer;
}
