import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LabCluster } from '../kubernetes/lab-cluster.js';
import type { ClusterNetwork, PodPorts } from '../network/cluster-network.js';
import type { LabProcess, ProcessTable } from '../processes/process-table.js';
import { writeIstiodFiles } from './istiod-files.js';
import { type IstiodPod, istiodContainer, istiodEnvironment } from './istiod-pod.js';
import { listenArguments, readinessUrl, reserveIstiodPorts } from './istiod-ports.js';
import { writeReadiness } from './pod-readiness.js';
import { createPortForward, deletePortForward } from './port-forward.js';

const PROBE_MILLISECONDS = 500;
const RESTART_MILLISECONDS = 1_000;

/** What every istiod of a cluster needs. */
export interface IstiodHost {
  cluster: LabCluster;
  network: ClusterNetwork;
  processes: ProcessTable;
  /** Path of pilot-discovery. */
  command: string;
  /** URL of the proxy through which istiod reaches API servers. */
  proxyUrl: string;
  /** Directory for the roots of the Pods. */
  directory: string;
  logDirectory: string;
  onProgress: (line: string) => void;
}

/** The istiod process behind one Pod: it lives as long as the Pod, and is started again when it dies. */
export class Istiod {
  readonly pod: IstiodPod;
  readonly #host: IstiodHost;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  #process: LabProcess | undefined;
  #restarts = 0;
  #ready = false;

  constructor(host: IstiodHost, pod: IstiodPod) {
    this.#host = host;
    this.pod = pod;
    this.#done = this.#run();
  }

  get ready(): boolean {
    return this.#ready;
  }

  /**
   * Ends the process and takes its address from the network. SIGTERM lets istiod give back its leader elections;
   * it gets SIGKILL when it is not gone after 5 s.
   */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    this.#stop.abort();
    this.#host.network.removePod(this.#host.cluster.name, this.pod.status?.podIP ?? '');
    const kill = setTimeout(() => void this.#process?.end(), 5_000);
    await this.#process?.end(signal);
    clearTimeout(kill);
    await this.#done;
  }

  /** Nothing here fails for good: an API server that is down now is asked again, until the Pod goes. */
  async #run(): Promise<void> {
    const { cluster, network } = this.#host;
    const ports = await reserveIstiodPorts();
    while (!this.#stop.signal.aborted) {
      try {
        await createPortForward(cluster, this.pod, ports);
        network.addPod(cluster.name, this.pod.status?.podIP ?? '', ports);
        await this.#live(ports);
        this.#restarts++;
      } catch (error) {
        this.#tell((error as Error).message);
      }
      await this.#pause(RESTART_MILLISECONDS);
    }
    await deletePortForward(cluster, this.pod).catch(() => {});
  }

  /** One life of the process, from its start to its end. */
  async #live(ports: PodPorts): Promise<void> {
    const one = await this.#start(ports);
    this.#process = one;
    if (this.#stop.signal.aborted) await one.end();
    while (one.running) {
      const ready = await answers(readinessUrl(ports));
      if (one.running && ready !== this.#ready) await this.#setReady(ready);
      await Promise.race([one.exited, this.#pause(PROBE_MILLISECONDS)]);
    }
    if (this.#stop.signal.aborted) return;
    this.#tell(`ended with ${await one.exited}, starting it again`);
    await this.#setReady(false);
  }

  async #start(ports: PodPorts): Promise<LabProcess> {
    const { cluster, processes, command, proxyUrl, logDirectory } = this.#host;
    const { name, namespace, uid } = this.pod.metadata;
    // Relative paths of istiod, such as ./etc/cacerts, begin here as they begin at / in its image.
    const root = join(this.#host.directory, uid);
    const kubeconfig = await writeIstiodFiles(cluster, this.pod, root);
    return processes.start({
      name: `${cluster.name}/${namespace}/${name}`,
      command,
      args: [
        ...(istiodContainer(this.pod).args ?? ['discovery']),
        `--kubeconfig=${kubeconfig}`,
        ...listenArguments(ports),
      ],
      env: { ...istiodEnvironment(this.pod), HTTPS_PROXY: proxyUrl },
      workingDirectory: root,
      logFile: join(logDirectory, `${namespace}.${name}.log`),
    });
  }

  async #setReady(ready: boolean): Promise<void> {
    await writeReadiness(this.#host.cluster, this.pod, ready, this.#restarts);
    this.#ready = ready;
    this.#tell(ready ? 'ready' : 'not ready');
  }

  #tell(what: string): void {
    const { cluster, onProgress } = this.#host;
    onProgress(`${cluster.name}: Pod ${this.pod.metadata.namespace}/${this.pod.metadata.name}: ${what}`);
  }

  async #pause(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.#stop.signal }).catch(() => {});
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
