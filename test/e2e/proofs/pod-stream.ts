import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { LabCluster } from '../../../lab/lab.js';
import { clusterOfSidecar, type Pod } from './proofs.js';

/** What came of creating one Pod: with the sidecar of a cluster, without one, or not at all. */
type Outcome = { readonly at: number } & (
  | { readonly sidecar: string | undefined }
  | { readonly refused: string }
);

let streams = 0;

/**
 * The API server has sent the Pod to istiod over a connection that it had kept, and that istiod closed in the same moment:
 * it sends no POST twice (Go 1.26, net/http/transport.go, shouldRetryRequest).
 */
const LOST_CONNECTION = /failed calling webhook .*: (EOF|.*connection reset by peer)$/;

/**
 * Pods that a busy namespace creates, one after the other, for real. As a ReplicaSet's controller does, it tries again at
 * once where the API server has lost its connection to an istiod that ends.
 */
export class PodStream {
  readonly #cluster: LabCluster;
  readonly #namespace: string;
  /** A namespace may have several streams, one after the other. */
  readonly #prefix = `busy-${++streams}`;
  readonly #outcomes: Outcome[] = [];
  #lostConnections = 0;
  readonly #end = new AbortController();
  readonly #running: Promise<void>;

  /** @param everyMs pause between two Pods, in milliseconds */
  constructor(cluster: LabCluster, namespace = 'default', everyMs = 1_000) {
    this.#cluster = cluster;
    this.#namespace = namespace;
    this.#running = this.#run(everyMs);
  }

  /** How many Pods were created with a sidecar. */
  get injected(): number {
    return this.#outcomes.filter((each) => 'sidecar' in each && each.sidecar !== undefined).length;
  }

  /** How often the API server has lost its connection to an istiod that ended while a Pod was created. */
  get lostConnections(): number {
    return this.#lostConnections;
  }

  /** How many Pods were tried. */
  get tried(): number {
    return this.#outcomes.length;
  }

  /** Ends the stream. */
  async stop(): Promise<void> {
    this.#end.abort();
    await this.#running;
  }

  /** Fails when a Pod was refused. */
  expectNoneRefused(): void {
    const refused = this.#outcomes.filter((each) => 'refused' in each);
    expect(refused, `Pods refused in ${this.#cluster.name}, of ${this.tried}`).toEqual([]);
  }

  /**
   * Fails when a Pod was refused, when one came without sidecar after one that had it, or when a sidecar is of another
   * cluster.
   */
  expectNoOutage(): void {
    const { name } = this.#cluster;
    this.expectNoneRefused();
    const sidecars = this.#outcomes.map((each) => ('sidecar' in each ? each.sidecar : undefined));
    const first = sidecars.findIndex((sidecar) => sidecar !== undefined);
    expect(first, `no Pod in ${name} has a sidecar, of ${this.tried}`).toBeGreaterThanOrEqual(0);
    const wrong = sidecars.slice(first).filter((sidecar) => sidecar !== name);
    expect(wrong, `Pods of ${name} without its sidecar after the first that has one`).toEqual([]);
  }

  async #run(everyMs: number): Promise<void> {
    const { signal } = this.#end;
    const { api } = this.#cluster;
    for (let i = 1; !signal.aborted; i++) {
      const pod = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: `${this.#prefix}-${i}` },
        spec: { containers: [{ name: 'app', image: 'app:1' }] },
      };
      const at = Date.now();
      try {
        const create = () => api.post<Pod>(`/api/v1/namespaces/${this.#namespace}/pods`, pod);
        const created = await create().catch((error: Error) => {
          if (!LOST_CONNECTION.test(error.message)) throw error;
          this.#lostConnections += 1;
          return create();
        });
        this.#outcomes.push({ at, sidecar: clusterOfSidecar(created) });
      } catch (error) {
        this.#outcomes.push({ at, refused: (error as Error).message });
      }
      await sleep(everyMs, undefined, { signal }).catch(() => {});
    }
  }
}
