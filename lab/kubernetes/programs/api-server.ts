import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabProcess, ProcessTable } from '../../processes/process-table.js';
import { isAnswer, isNotConnected } from '../../tolerate.js';
import { ApiClient } from '../api-client.js';
import type { ClusterFiles } from '../cluster-files.js';
import type { KubernetesRelease } from '../kubernetes-release.js';

/**
 * How much an API server's heap may grow before Go collects garbage, in percent of what lives. Go's own 100 costs a
 * third of the CPU time that it takes to learn Istio's CRDs (2.6 s; 1.7 s with this), and a tenth of a start.
 */
const GOGC = '400';

/** What distinguishes one API server of the lab from another. */
export interface ApiServerOptions {
  /** Name of the cluster. */
  cluster: string;
  release: KubernetesRelease;
  /** Path of kube-apiserver. */
  command: string;
  etcdUrl: string;
  /** Keys of the cluster in etcd begin with it. */
  etcdPrefix: string;
  /** IP address, not loopback, that its certificate carries. */
  address: string;
  /** On 127.0.0.1. */
  port: number;
  serviceCIDR: string;
  /** HTTP proxy through which one that calls webhooks of Services reaches them. */
  proxyUrl: string | undefined;
  files: ClusterFiles;
  logFile: string;
}

/** A kube-apiserver that can be killed and started again on the same port, certificate and data. */
export class ApiServer {
  /** Such as `https://127.0.0.1:12345`. */
  readonly server: string;
  readonly #processes: ProcessTable;
  readonly #options: ApiServerOptions;
  #process: LabProcess | undefined;

  constructor(processes: ProcessTable, options: ApiServerOptions) {
    this.#processes = processes;
    this.#options = options;
    this.server = `https://127.0.0.1:${options.port}`;
  }

  get running(): boolean {
    return this.#process?.running ?? false;
  }

  /** Starts it and waits until it says that it is ready. Does nothing when it runs. Returns its CA, PEM. */
  async start(): Promise<string> {
    const { cluster, command, files, logFile, proxyUrl, release } = this.#options;
    const { readinessPath } = release;
    this.#process = this.running
      ? this.#process
      : await this.#processes.start({
          name: `${cluster}/kube-apiserver`,
          command,
          args: apiServerArguments(this.#options),
          workingDirectory: files.directory,
          logFile,
          env: { GOGC, ...(proxyUrl && { HTTPS_PROXY: proxyUrl, NO_PROXY: '127.0.0.1,localhost' }) },
        });
    const certificate = join(files.certificates, 'apiserver.crt');
    const check = async () => {
      const certificateAuthority = lastCertificate(await readFile(certificate, 'utf8'));
      if (certificateAuthority === undefined) return undefined;
      const api = new ApiClient({ server: this.server, certificateAuthority, token: files.adminToken });
      try {
        (await api.open(readinessPath, AbortSignal.timeout(5_000))).resume();
        return certificateAuthority;
      } finally {
        api.close();
      }
    };
    return (this.#process as LabProcess).waitUntil(readinessPath, check, { tolerate: isStarting });
  }

  /** Kills it (SIGKILL). Does nothing when it does not run. */
  async kill(): Promise<void> {
    await this.#process?.end();
  }
}

/** kube-apiserver's arguments. */
function apiServerArguments(options: ApiServerOptions): string[] {
  const { files, release } = options;
  return [
    `--etcd-servers=${options.etcdUrl}`,
    `--etcd-prefix=${options.etcdPrefix}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${options.port}`,
    `--advertise-address=${options.address}`,
    `--cert-dir=${files.certificates}`,
    `--service-account-key-file=${files.serviceAccountKey}`,
    `--service-account-signing-key-file=${files.serviceAccountKey}`,
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--token-auth-file=${files.tokens}`,
    `--authentication-token-webhook-config-file=${files.tokenWebhook}`,
    // A user who was removed is refused soon: only the API server's own cache of 10 s is left.
    '--authentication-token-webhook-cache-ttl=0s',
    '--authorization-mode=RBAC',
    `--service-cluster-ip-range=${options.serviceCIDR}`,
    '--allow-privileged=true',
    ...(release.callsWebhooksOf === 'pods' ? podWebhookArguments(files) : OLD_ARGUMENTS),
    `--audit-policy-file=${files.auditPolicy}`,
    `--audit-log-path=${files.auditLog}`,
    '--kubelet-preferred-address-types=InternalIP',
    '--profiling=false',
  ];
}

/** Kubernetes 1.15 would also listen on port 8080, without TLS and for everybody. */
const OLD_ARGUMENTS = ['--insecure-port=0'];

/** Arguments that Kubernetes 1.15 has not. */
function podWebhookArguments(files: ClusterFiles): string[] {
  return [
    '--authentication-token-webhook-version=v1',
    // Together they send webhook calls to a Pod's address through the lab's proxy instead of to a Service's.
    `--egress-selector-config-file=${files.egressSelector}`,
    '--enable-aggregator-routing=true',
  ];
}

/** kube-apiserver writes its own certificate first and the CA that signed it after; undefined until both are there. */
function lastCertificate(pem: string): string | undefined {
  const [, authority] = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return authority === undefined ? undefined : `${authority}\n`;
}

/** What a start looks like: no certificate, nobody who listens, an answer that names what is missing, or no answer in time. */
function isStarting(error: unknown): boolean {
  const { code, name } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || name === 'AbortError' || isNotConnected(error) || isAnswer(500)(error);
}
