import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LabCluster } from '../kubernetes/lab-cluster.js';
import type { ClusterNetwork, PodPorts } from '../network/cluster-network.js';
import type { LabProcess, ProcessTable } from '../processes/process-table.js';
import { writeIstiodFiles } from './istiod-files.js';
import { type IstiodPod, istiodContainer, istiodEnvironment } from './istiod-pod.js';
import { isReady, listenArguments, reserveIstiodPorts } from './istiod-ports.js';
import type { PodPlaces } from './pod-places.js';
import { type PodState, writePodStatus } from './pod-status.js';
import { createPortForward, deletePortForward } from './port-forward.js';

const PROBE_MILLISECONDS = 500;
const RESTART_MILLISECONDS = 1_000;

/** What every istiod of a cluster needs. */
export interface IstiodHost {
  cluster: LabCluster;
  network: ClusterNetwork;
  places: PodPlaces;
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
  #state: PodState | undefined;

  constructor(host: IstiodHost, pod: IstiodPod) {
    this.#host = host;
    this.pod = pod;
    this.#done = this.#run();
  }

  /** IP address of the Pod; empty until it has one. */
  get address(): string {
    return this.#state?.place.address ?? '';
  }

  get ready(): boolean {
    return this.#state?.ready ?? false;
  }

  /**
   * Ends the process and takes its address from the network. SIGTERM lets istiod give back its leader elections;
   * it gets SIGKILL when it is not gone after 5 s.
   */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    this.#stop.abort();
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
        const state = await this.#place();
        await createPortForward(cluster, this.pod, ports);
        network.addPod(cluster.name, state.place.address, ports);
        await this.#live(ports, state);
        state.restarts++;
      } catch (error) {
        this.#tell((error as Error).message);
      }
      await this.#pause(RESTART_MILLISECONDS);
    }
    network.removePod(cluster.name, this.address);
    await deletePortForward(cluster, this.pod).catch(() => {});
  }

  /** Lets the Pod run, with an address, not ready yet. */
  async #place(): Promise<PodState> {
    if (this.#state) return this.#state;
    const place = await this.#host.places.take(this.pod.spec.nodeName ?? '');
    const state = { place, startTime: new Date().toISOString(), ready: false, restarts: 0 };
    await writePodStatus(this.#host.cluster, this.pod, state);
    this.#state = state;
    return state;
  }

  /** One life of the process, from its start to its end. */
  async #live(ports: PodPorts, state: PodState): Promise<void> {
    const one = await this.#start(ports);
    this.#process = one;
    if (this.#stop.signal.aborted) await one.end();
    while (one.running) {
      const ready = await isReady(ports);
      if (one.running && ready !== state.ready) await this.#setReady(state, ready);
      await Promise.race([one.exited, this.#pause(PROBE_MILLISECONDS)]);
    }
    if (this.#stop.signal.aborted) return;
    this.#tell(`ended with ${await one.exited}, starting it again`);
    await this.#setReady(state, false);
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

  /** What the API server does not take now is written after a later probe: the process lives on meanwhile. */
  async #setReady(state: PodState, ready: boolean): Promise<void> {
    try {
      await writePodStatus(this.#host.cluster, this.pod, { ...state, ready });
    } catch (error) {
      this.#tell((error as Error).message);
      return;
    }
    state.ready = ready;
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
