import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LabCluster } from '../kubernetes/lab-cluster.js';
import type { ClusterNetwork } from '../network/cluster-network.js';
import type { LabProcess, ProcessTable } from '../processes/process-table.js';
import { containerOf, environmentOf, type Pod } from './pod.js';
import { MountMissing, PodFiles } from './pod-files.js';
import type { PodPlaces } from './pod-places.js';
import { reservePodPorts } from './pod-ports.js';
import type { PodPlan, PodProgram } from './pod-program.js';
import { type PodState, writePodCreating, writePodStatus } from './pod-status.js';
import { createPortForward, deletePortForward } from './port-forward.js';

const PROBE_MILLISECONDS = 500;
const RESTART_MILLISECONDS = 1_000;
/** A kubelet takes up to some 60 s; nobody has to wait that long here. */
const REFRESH_MILLISECONDS = 3_000;

/** What every process of a cluster's Pods needs. */
export interface PodHost {
  cluster: LabCluster;
  network: ClusterNetwork;
  places: PodPlaces;
  processes: ProcessTable;
  /** URL of the proxy through which it reaches API servers, its own cluster's too; `undefined`: only its own, directly. */
  proxyUrl: string | undefined;
  /** Directory for the roots of the Pods. */
  directory: string;
  logDirectory: string;
  onProgress: (line: string) => void;
}

/** The process behind one Pod: it lives as long as the Pod, and is started again when it dies. */
export class PodProcess {
  readonly pod: Pod;
  readonly #host: PodHost;
  readonly #program: PodProgram;
  readonly #root: string;
  readonly #files: PodFiles;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  #process: LabProcess | undefined;
  #state: PodState | undefined;
  #told: string | undefined;

  constructor(host: PodHost, program: PodProgram, pod: Pod) {
    this.#host = host;
    this.#program = program;
    this.pod = pod;
    // Relative paths, such as istiod's ./etc/cacerts, begin here as they begin at / in its image.
    this.#root = join(host.directory, pod.metadata.uid);
    this.#files = new PodFiles(host.cluster, pod, program, this.#root);
    this.#done = this.#run();
  }

  /** IP address of the Pod; empty until it has one. */
  get address(): string {
    return this.#state?.place.address ?? '';
  }

  get ready(): boolean {
    return this.#state?.ready ?? false;
  }

  /** Ends the process, with SIGKILL when it is not gone after its grace, and takes its address from the network. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    this.#stop.abort();
    const kill = setTimeout(() => void this.#process?.end(), this.#program.graceMilliseconds);
    await this.#process?.end(signal);
    clearTimeout(kill);
    await this.#done;
  }

  /** Nothing here fails for good: an API server that is down now is asked again, until the Pod goes. */
  async #run(): Promise<void> {
    const { cluster, network } = this.#host;
    const ports = await reservePodPorts(this.#program.ports);
    while (!this.#stop.signal.aborted) {
      try {
        await this.#files.write();
        const state = await this.#place();
        await createPortForward(cluster, this.pod, ports);
        network.addPod(cluster.name, state.place.address, ports);
        const kubeconfig = await this.#writeKubeconfig();
        await this.#live({ root: this.#root, kubeconfig, ports }, state);
        state.restarts++;
      } catch (error) {
        if (error instanceof MountMissing && !this.#state) await this.#showCreating(error.message);
        this.#tellOnce((error as Error).message);
      }
      await this.#pause(RESTART_MILLISECONDS);
    }
    this.#setEndpoint(ports, false);
    network.removePod(cluster.name, this.address);
    await deletePortForward(cluster, this.pod).catch(() => {});
  }

  /** Lets the Pod run, with an address, not ready yet. */
  async #place(): Promise<PodState> {
    if (this.#state) return this.#state;
    const place = await this.#host.places.take(this.pod.spec.nodeName ?? '');
    const state = { place, startTime: new Date().toISOString(), ready: false, restarts: 0 };
    await writePodStatus(this.#host.cluster, this.pod, this.#program, state);
    this.#state = state;
    return state;
  }

  async #writeKubeconfig(): Promise<string> {
    const { cluster, proxyUrl } = this.#host;
    return this.#files.writeKubeconfig(proxyUrl === undefined ? cluster.server : cluster.apiServer);
  }

  /** One life of the process, from its start to its end. */
  async #live(plan: PodPlan, state: PodState): Promise<void> {
    const one = await this.#start(plan);
    this.#process = one;
    this.#told = undefined;
    if (this.#stop.signal.aborted) await one.end();
    let refreshed = performance.now();
    while (one.running) {
      const ready = await this.#program.isReady(plan);
      if (one.running && ready !== state.ready) await this.#setReady(plan, state, ready);
      if (
        this.#program.mounts.includes('configmaps') &&
        performance.now() - refreshed > REFRESH_MILLISECONDS
      ) {
        // What cannot be read now is read later; a kubelet keeps the files that it has, too.
        await this.#files.refresh().catch(() => {});
        refreshed = performance.now();
      }
      await Promise.race([one.exited, this.#pause(PROBE_MILLISECONDS)]);
    }
    if (this.#stop.signal.aborted) return;
    this.#tell(`ended with ${await one.exited}, starting it again`);
    await this.#setReady(plan, state, false);
  }

  async #start(plan: PodPlan): Promise<LabProcess> {
    const { cluster, processes, proxyUrl, logDirectory } = this.#host;
    const { name, namespace } = this.pod.metadata;
    const environment = environmentOf(this.pod, containerOf(this.pod, this.#program.container));
    return processes.start({
      name: `${cluster.name}/${namespace}/${name}`,
      command: this.#program.command(this.pod),
      args: this.#program.arguments(this.pod, plan),
      env: { ...environment, ...(proxyUrl !== undefined && { HTTPS_PROXY: proxyUrl }) },
      workingDirectory: this.#root,
      logFile: join(logDirectory, `${namespace}.${name}.log`),
    });
  }

  /** What the API server does not take now is written after a later probe: the process lives on meanwhile. */
  async #setReady(plan: PodPlan, state: PodState, ready: boolean): Promise<void> {
    this.#setEndpoint(plan.ports, ready);
    try {
      await writePodStatus(this.#host.cluster, this.pod, this.#program, { ...state, ready });
    } catch (error) {
      this.#tell((error as Error).message);
      return;
    }
    state.ready = ready;
    this.#tell(ready ? 'ready' : 'not ready');
  }

  /** Lets the Pod answer under the name of its Service, as kube-proxy would, or not. */
  #setEndpoint(ports: PodPlan['ports'], ready: boolean): void {
    const { network, cluster } = this.#host;
    const { service } = this.#program;
    if (!service) return;
    const name = `${service.name}.${this.pod.metadata.namespace}.svc:443`;
    const port = ports.get(service.port);
    if (ready && port !== undefined) network.addEndpoint(cluster.name, name, this.address, port);
    else network.removeEndpoint(cluster.name, name, this.address);
  }

  async #showCreating(message: string): Promise<void> {
    if (this.#told !== message) await writePodCreating(this.#host.cluster, this.pod).catch(() => {});
  }

  #tellOnce(what: string): void {
    if (this.#told !== what) this.#tell(what);
    this.#told = what;
  }

  #tell(what: string): void {
    const { cluster, onProgress } = this.#host;
    onProgress(`${cluster.name}: Pod ${this.pod.metadata.namespace}/${this.pod.metadata.name}: ${what}`);
  }

  async #pause(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.#stop.signal }).catch(() => {});
  }
}
