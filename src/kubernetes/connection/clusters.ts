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
  /** The path and the context of the kubeconfig. */
  readonly source: string;
  /** Changes with the file. */
  readonly version: string;
}

/**
 * The clusters of the inventory, by name. The inventory file is read again when it has changed, and a cluster's
 * client is replaced when its kubeconfig has changed, so credentials can be renewed while rollouts run. Clients are
 * shared, so all activities of a worker use the same few connections to a cluster.
 */
export class Clusters {
  readonly #file: InventoryFile<Inventory>;
  readonly #refusalPatienceMs: number;
  readonly #clients = new Map<string, Known>();

  /**
   * @param path the inventory file (YAML or JSON); relative paths in it are relative to its folder
   * @param refusalPatienceMs how long a cluster may refuse its credentials before a person is needed, in milliseconds
   */
  constructor(path: string, refusalPatienceMs = REFUSAL_PATIENCE_MS) {
    this.#file = new InventoryFile(path, parseInventory);
    this.#refusalPatienceMs = refusalPatienceMs;
  }

  /**
   * Returns the current inventory.
   *
   * @throws RolloutError `inventory-invalid` with every problem, when the file cannot be read or is not valid
   */
  inventory(): Promise<Inventory> {
    return this.#file.read();
  }

  /**
   * Returns the inventory's entry for a cluster. While the file cannot be read, because somebody is editing it, the
   * previous entry is returned.
   *
   * @throws RolloutError `cluster-not-usable` when the inventory does not name it; otherwise as {@link inventory}
   */
  async entry(name: string): Promise<InventoryCluster> {
    const { clusters } = await this.#file.readOrLast();
    const entry = clusters.find((cluster) => cluster.name === name);
    if (entry !== undefined) return entry;
    throw new RolloutError('cluster-not-usable', `the inventory ${this.#file.path} has no cluster ${name}`, {
      cluster: name,
    });
  }

  /**
   * Returns the client of a cluster. While its kubeconfig cannot be used, because somebody is writing it, the
   * previous client stays in use. When the cluster refuses its credentials, the file is read again.
   *
   * @throws RolloutError `cluster-not-usable` when the inventory does not name it or its kubeconfig cannot be used;
   *   otherwise as {@link inventory}
   */
  async get(name: string): Promise<ClusterClient> {
    const { kubeconfig, context } = await this.entry(name);
    const path = this.#resolve(kubeconfig);
    const source = `${path} ${context ?? ''}`;
    const version = `${source} ${fileVersion(path)}`;
    const known = this.#clients.get(name);
    if (known?.version === version) return known.client;
    try {
      // The replaced client may have running requests. Its connections close when they are idle.
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
   * Returns the CA that signs the certificate of a cluster's API server, as PEM, if the inventory names one. It does
   * so when a load balancer or a proxy in front uses a different CA than the cluster.
   *
   * @throws RolloutError `cluster-not-usable` when its file cannot be used; otherwise as {@link entry}
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

  /** Returns the absolute form of a path in the inventory, which is relative to the inventory's folder. */
  #resolve(path: string): string {
    return isAbsolute(path) ? path : join(dirname(this.#file.path), path);
  }
}
