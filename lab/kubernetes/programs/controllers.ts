import type { LabProcess, ProcessTable } from '../../processes/process-table.js';
import type { ClusterFiles } from '../cluster-files.js';
import type { KubernetesRelease } from '../kubernetes-release.js';

/**
 * `full`: all of kube-controller-manager, kube-scheduler and kwok, so that Deployments get Pods and Pods run.
 * `few`: only what an attached cluster must have (ServiceAccounts and their tokens, the root CA in every namespace, deletion
 * of namespaces); no Pod is made or runs there, and the cluster takes half the memory.
 */
export type Controllers = 'full' | 'few';

/** What the controllers of a cluster are started with. */
export interface ControllerOptions {
  cluster: string;
  release: KubernetesRelease;
  /** Paths of the programs. */
  commands: { 'kube-controller-manager': string; 'kube-scheduler': string };
  controllers: Controllers;
  kubeconfigPath: string;
  /** File with the CA of the API server, for Pods and ServiceAccount tokens. */
  rootCAFile: string;
  podCIDR: string;
  files: ClusterFiles;
  logDirectory: string;
}

/** Starts kube-controller-manager and, for `full`, kube-scheduler, without waiting for their work. */
export async function startControllers(
  processes: ProcessTable,
  options: ControllerOptions,
): Promise<LabProcess[]> {
  const { deafArguments, fewControllers } = options.release;
  const start = (program: 'kube-controller-manager' | 'kube-scheduler', args: string[]) =>
    processes.start({
      name: `${options.cluster}/${program}`,
      command: options.commands[program],
      args: [
        `--kubeconfig=${options.kubeconfigPath}`,
        '--leader-elect=false',
        '--profiling=false',
        ...deafArguments,
        ...args,
      ],
      workingDirectory: options.files.directory,
      logFile: `${options.logDirectory}/${program}.log`,
    });
  const controllerManager = start('kube-controller-manager', [
    `--service-account-private-key-file=${options.files.serviceAccountKey}`,
    `--root-ca-file=${options.rootCAFile}`,
    '--allocate-node-cidrs=true',
    `--cluster-cidr=${options.podCIDR}`,
    ...(options.controllers === 'few' ? [`--controllers=${fewControllers.join(',')}`] : []),
  ]);
  if (options.controllers === 'few') return [await controllerManager];
  return Promise.all([controllerManager, start('kube-scheduler', [])]);
}
