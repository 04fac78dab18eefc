import { followObjects } from '../kubernetes/follow.js';
import type { PodStatus } from '../state/status.js';
import { isToRun, type Pod } from './pod.js';
import { type PodHost, PodProcess } from './pod-process.js';
import type { PodProgram } from './pod-program.js';

/** Gives every Pod of a program in a cluster, in any namespace, a real process. */
export class PodFollower {
  readonly #host: PodHost;
  readonly #program: PodProgram;
  readonly #processes = new Map<string, PodProcess>();
  readonly #endings = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  readonly #following: Promise<void>;

  constructor(host: PodHost, program: PodProgram) {
    this.#host = host;
    this.#program = program;
    this.#following = followObjects<Pod>(
      host.cluster.api,
      `/api/v1/pods?labelSelector=${encodeURIComponent(program.label)}`,
      (pods) => this.#reconcile(pods),
      this.#stop.signal,
    );
  }

  /** The Pods whose processes live now. */
  status(): PodStatus[] {
    return [...this.#processes.values()].map(({ pod, address, ready }) => ({
      program: this.#program.name,
      namespace: pod.metadata.namespace,
      name: pod.metadata.name,
      address,
      ready,
    }));
  }

  /** Kills all processes; the Pods stay, as objects. */
  async end(): Promise<void> {
    this.#stop.abort();
    await this.#following;
    for (const one of this.#processes.values()) this.#end(one, 'SIGKILL');
    await Promise.all(this.#endings);
  }

  #reconcile(pods: Pod[]): void {
    const running = new Map(pods.filter(isToRun).map((pod) => [pod.metadata.uid, pod]));
    for (const [uid, pod] of running) {
      if (!this.#processes.has(uid)) this.#processes.set(uid, new PodProcess(this.#host, this.#program, pod));
    }
    for (const [uid, one] of this.#processes) {
      if (!running.has(uid)) this.#end(one, 'SIGTERM');
    }
  }

  #end(one: PodProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
    this.#processes.delete(one.pod.metadata.uid);
    const ending = one.end(signal).finally(() => this.#endings.delete(ending));
    this.#endings.add(ending);
  }
}
