import { followObjects } from '../kubernetes/follow.js';
import type { ClusterStatus } from '../status.js';
import { Istiod, type IstiodHost } from './istiod.js';
import { type IstiodPod, isToRun } from './istiod-pod.js';

const PODS = `/api/v1/pods?labelSelector=${encodeURIComponent('app=istiod')}`;

/** Gives every istiod Pod of a cluster, in any namespace, a real istiod process. */
export class ControlPlane {
  readonly #host: IstiodHost;
  readonly #istiods = new Map<string, Istiod>();
  readonly #endings = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  readonly #following: Promise<void>;

  constructor(host: IstiodHost) {
    this.#host = host;
    this.#following = followObjects<IstiodPod>(
      host.cluster.api,
      PODS,
      (pods) => this.#reconcile(pods),
      this.#stop.signal,
    );
  }

  /** The istiods that live now. */
  status(): ClusterStatus['istiods'] {
    return [...this.#istiods.values()].map(({ pod, address, ready }) => ({
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
    for (const istiod of this.#istiods.values()) this.#end(istiod, 'SIGKILL');
    await Promise.all(this.#endings);
  }

  #reconcile(pods: IstiodPod[]): void {
    const running = new Map(pods.filter(isToRun).map((pod) => [pod.metadata.uid, pod]));
    for (const [uid, pod] of running) {
      if (!this.#istiods.has(uid)) this.#istiods.set(uid, new Istiod(this.#host, pod));
    }
    for (const [uid, istiod] of this.#istiods) {
      if (!running.has(uid)) this.#end(istiod, 'SIGTERM');
    }
  }

  #end(istiod: Istiod, signal: 'SIGTERM' | 'SIGKILL'): void {
    this.#istiods.delete(istiod.pod.metadata.uid);
    const ending = istiod.end(signal).finally(() => this.#endings.delete(ending));
    this.#endings.add(ending);
  }
}
