import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { ApiClient } from '../kubernetes/api-client.js';
import type { ClusterFiles } from '../kubernetes/cluster-files.js';
import type { KubernetesRelease } from '../kubernetes/kubernetes-release.js';
import type { LabProcess, ProcessTable } from '../processes/process-table.js';
import { isAnswer } from '../tolerate.js';
import { waitFor } from '../wait.js';
import { type KwokFile, kwokFile } from './kwok-files.js';

/** What kwok is started with. */
export interface KwokOptions {
  cluster: string;
  release: KubernetesRelease;
  command: string;
  kubeconfigPath: string;
  /** Port on 127.0.0.1 on which it answers as the kubelet of all nodes. */
  port: number;
  /** Files with Stages for Pods that get a process: they become ready only when the lab says so, and can be port-forwarded to. */
  podStages: readonly KwokFile[];
  files: ClusterFiles;
  logFile: string;
}

/** Starts kwok 0.8, the kubelets of a cluster's nodes, without waiting for its work. */
export async function startKwok(processes: ProcessTable, options: KwokOptions): Promise<LabProcess> {
  const files: KwokFile[] = ['nodes.yaml', 'pods.yaml', 'job-pods.yaml', ...options.podStages];
  const stages = await Promise.all(files.map(kwokFile));
  return processes.start({
    name: `${options.cluster}/kwok`,
    command: options.command,
    args: [
      `--kubeconfig=${options.kubeconfigPath}`,
      '--manage-all-nodes=true',
      '--node-lease-duration-seconds=40',
      ...stages.map((stage) => `--config=${stage}`),
      `--server-address=127.0.0.1:${options.port}`,
      // kube-apiserver does not verify kubelets unless it is told to, so that its own certificate serves.
      `--tls-cert-file=${join(options.files.certificates, 'apiserver.crt')}`,
      `--tls-private-key-file=${join(options.files.certificates, 'apiserver.key')}`,
      ...(options.podStages.length > 0 ? ['--enable-crds=PortForward'] : []),
    ],
    env: options.release.clientEnvironment,
    workingDirectory: options.files.directory,
    logFile: options.logFile,
  });
}

/** Creates the CustomResourceDefinition of kwok's PortForward; kwok needs it when it starts. */
export async function createPortForwardDefinition(
  api: ApiClient,
  { customResourceDefinitions }: KubernetesRelease,
): Promise<void> {
  const path = `/apis/apiextensions.k8s.io/${customResourceDefinitions}/customresourcedefinitions`;
  const file = { v1: 'port-forward-crd.yaml', v1beta1: 'port-forward-crd-v1beta1.yaml' } as const;
  await api.post(path, parse(await readFile(await kwokFile(file[customResourceDefinitions]), 'utf8')));
  await waitFor({
    what: 'the PortForward resource to be served',
    check: () => api.get('/apis/kwok.x-k8s.io/v1alpha1/portforwards'),
    // Not served yet, or its storage is being set up.
    tolerate: isAnswer(404, 429),
    timeoutMilliseconds: 30_000,
  });
}
