import { dirname, isAbsolute, join } from 'node:path';
import { type Inventory, type InventoryCluster, parseInventory } from '../../rollout/inventory/inventory.js';
import { RolloutError } from '../../rollout/rollout-error.js';
import { ClusterClient } from '../client/cluster-client.js';
import { REFUSAL_PATIENCE_MS, Refusals } from '../errors/refusals.js';
import { readCertificateAuthority } from './certificate-authority.js';
import { fileVersion } from './file-version.js';
import { InventoryFile } from './inventory-file.js';

interface Known {
  readonly client: ClusterClient;
  /** The kubeconfig's path and context. */
  readonly source: string;
  /** Changes with the file. */
  readonly version: string;
}

/**
 * The clusters of the inventory, by name. The inventory file is read again when it has changed, and a cluster's client
 * is made anew when its kubeconfig has: credentials can be renewed while rollouts run. Clients are shared, so that all
 * activities of a worker use the same few connections to a cluster.
 */
export class Clusters {
  readonly #file: InventoryFile<Inventory>;
  readonly #refusalPatienceMs: number;
  readonly #clients = new Map<string, Known>();

  /**
   * @param path of the inventory file (YAML or JSON); relative paths in it are relative to its folder
   * @param refusalPatienceMs milliseconds for which a cluster may refuse its credentials before a person is asked
   */
  constructor(path: string, refusalPatienceMs = REFUSAL_PATIENCE_MS) {
    this.#file = new InventoryFile(path, parseInventory);
    this.#refusalPatienceMs = refusalPatienceMs;
  }

  /**
   * The inventory as it is now.
   *
   * @throws RolloutError `inventory-invalid` with every problem, when the file cannot be read or is not valid
   */
  inventory(): Promise<Inventory> {
    return this.#file.read();
  }

  /**
   * What the inventory says about a cluster. While the file cannot be read, because somebody is at work on it, what it
   * said before holds.
   *
   * @throws RolloutError `cluster-not-usable` when the inventory does not name it; else as {@link inventory}
   */
  async entry(name: string): Promise<InventoryCluster> {
    const { clusters } = await this.#file.readOrLast();
    const entry = clusters.find((cluster) => cluster.name === name);
    if (entry !== undefined) return entry;
    throw new RolloutError(
      'cluster-not-usable',
      `the inventory ${this.#file.path} names no cluster ${name}`,
      {
        cluster: name,
      },
    );
  }

  /**
   * The client of a cluster. While its kubeconfig cannot be used, because somebody is writing it, the client that was made
   * of it before goes on; credentials that are refused have the file read again.
   *
   * @throws RolloutError `cluster-not-usable` when the inventory does not name it or its kubeconfig cannot be used; else
   * as {@link inventory}
   */
  async get(name: string): Promise<ClusterClient> {
    const { kubeconfig, context } = await this.entry(name);
    const path = this.#resolve(kubeconfig);
    const source = `${path} ${context ?? ''}`;
    const version = `${source} ${fileVersion(path)}`;
    const known = this.#clients.get(name);
    if (known?.version === version) return known.client;
    try {
      // The one that is replaced may have requests under way; its connections close when they are idle.
      const file = { name, path, ...(context === undefined ? {} : { context }) };
      const client = new ClusterClient(file, new Refusals(this.#refusalPatienceMs));
      this.#clients.set(name, { client, source, version });
      return client;
    } catch (error) {
      if (known?.source === source) return known.client;
      throw error;
    }
  }

  /**
   * The CA that signs the certificate of a cluster's API server, as PEM, where the inventory names one: where it is
   * another than the cluster's own, because a load balancer or a proxy stands in front.
   *
   * @throws RolloutError `cluster-not-usable` when its file cannot be used; else as {@link entry}
   */
  async certificateAuthority(name: string): Promise<string | undefined> {
    const { certificateAuthority: path } = await this.entry(name);
    return path === undefined ? undefined : readCertificateAuthority(this.#resolve(path), name);
  }

  /** Closes all connections. */
  close(): void {
    for (const { client } of this.#clients.values()) client.close();
    this.#clients.clear();
  }

  /** A path of the inventory: relative ones are relative to its folder. */
  #resolve(path: string): string {
    return isAbsolute(path) ? path : join(dirname(this.#file.path), path);
  }
}
