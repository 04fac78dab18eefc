import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { ApiClient } from '../kubernetes/api-client.js';
import type { ClusterFiles } from '../kubernetes/cluster-files.js';
import type { LabProcess, ProcessTable } from '../processes/process-table.js';
import { isAnswer } from '../tolerate.js';
import { waitFor } from '../wait.js';
import { kwokFile } from './kwok-files.js';

/** What kwok is started with. */
export interface KwokOptions {
  cluster: string;
  command: string;
  kubeconfigPath: string;
  /** Port on 127.0.0.1 on which it answers as the kubelet of all nodes. */
  port: number;
  /** Whether istiod Pods get a process, and so become ready only when the lab says so, and can be port-forwarded to. */
  runsIstiod: boolean;
  files: ClusterFiles;
  logFile: string;
}

/** Starts kwok 0.8, the kubelets of a cluster's nodes, without waiting for its work. */
export async function startKwok(processes: ProcessTable, options: KwokOptions): Promise<LabProcess> {
  const stages = await Promise.all([
    kwokFile('nodes.yaml'),
    kwokFile('pods.yaml'),
    ...(options.runsIstiod ? [kwokFile('istiod-pods.yaml')] : []),
  ]);
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
      ...(options.runsIstiod ? ['--enable-crds=PortForward'] : []),
    ],
    workingDirectory: options.files.directory,
    logFile: options.logFile,
  });
}

/** Creates the CustomResourceDefinition of kwok's PortForward; kwok needs it when it starts. */
export async function createPortForwardDefinition(api: ApiClient): Promise<void> {
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  await api.post(path, parse(await readFile(await kwokFile('port-forward-crd.yaml'), 'utf8')));
  await waitFor({
    what: 'the PortForward resource to be served',
    check: () => api.get('/apis/kwok.x-k8s.io/v1alpha1/portforwards'),
    // Not served yet, or its storage is being set up.
    tolerate: isAnswer(404, 429),
    timeoutMilliseconds: 30_000,
  });
}
