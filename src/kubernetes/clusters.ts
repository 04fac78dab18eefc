import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { load } from 'js-yaml';
import { type Inventory, type InventoryCluster, parseInventory } from '../rollout/inventory.js';
import { RolloutError } from '../rollout/rollout-error.js';
import { ClusterClient } from './cluster-client.js';

/**
 * The clusters of the inventory, by name. The inventory file is read again when it has changed, and a cluster's client
 * is made anew when its kubeconfig has: credentials can be renewed while rollouts run. Clients are shared, so that all
 * activities of a worker use the same few connections to a cluster.
 */
export class Clusters {
  readonly #path: string;
  #inventory: { readonly value: Inventory; readonly version: string } | undefined;
  readonly #clients = new Map<string, { readonly client: ClusterClient; readonly version: string }>();

  /** @param path of the inventory file (YAML or JSON); relative kubeconfig paths in it are relative to its folder */
  constructor(path: string) {
    this.#path = path;
  }

  /**
   * The inventory as it is now.
   *
   * @throws RolloutError `inventory-invalid` with every problem, when the file cannot be read or is not valid
   */
  async inventory(): Promise<Inventory> {
    const version = fileVersion(this.#path);
    if (this.#inventory?.version !== version) {
      this.#inventory = { value: await readInventory(this.#path), version };
    }
    return this.#inventory.value;
  }

  /**
   * What the inventory says about a cluster. While the file cannot be read, because somebody is at work on it, what it
   * said before holds.
   *
   * @throws RolloutError `cluster-not-usable` when the inventory does not name it; else as {@link inventory}
   */
  async entry(name: string): Promise<InventoryCluster> {
    const { clusters } = await this.inventory().catch((error: unknown) => {
      if (this.#inventory === undefined) throw error;
      return this.#inventory.value;
    });
    const entry = clusters.find((cluster) => cluster.name === name);
    if (entry !== undefined) return entry;
    throw new RolloutError('cluster-not-usable', `the inventory ${this.#path} names no cluster ${name}`, {
      cluster: name,
    });
  }

  /**
   * The client of a cluster.
   *
   * @throws RolloutError `cluster-not-usable` when the inventory does not name it or its kubeconfig cannot be used; else
   * as {@link inventory}
   */
  async get(name: string): Promise<ClusterClient> {
    const { kubeconfig, context } = await this.entry(name);
    const path = isAbsolute(kubeconfig) ? kubeconfig : join(dirname(this.#path), kubeconfig);
    const version = `${path} ${context ?? ''} ${fileVersion(path)}`;
    const known = this.#clients.get(name);
    if (known?.version === version) return known.client;
    // The one that is replaced may have requests under way; its connections close when they are idle.
    const client = new ClusterClient({ name, path, ...(context === undefined ? {} : { context }) });
    this.#clients.set(name, { client, version });
    return client;
  }

  /** Closes all connections. */
  close(): void {
    for (const { client } of this.#clients.values()) client.close();
    this.#clients.clear();
  }
}

/** Changes when the file's content may have; a file that cannot be looked at has the version ''. */
function fileVersion(path: string): string {
  try {
    const { ino, mtimeMs, size } = statSync(path);
    // The inode too: mounted Secrets and careful editors put a new file in the place of the old one.
    return `${ino}-${mtimeMs}-${size}`;
  } catch {
    return '';
  }
}

async function readInventory(path: string): Promise<Inventory> {
  let document: unknown;
  try {
    document = load(await readFile(path, 'utf8'));
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new RolloutError('inventory-invalid', `the inventory ${path} cannot be read: ${reason}`, {
      cause: error,
    });
  }
  const parsed = parseInventory(document);
  if (parsed.ok) return parsed.value;
  const problems = parsed.problems.map((problem) => `${problem.path}: ${problem.message}`).join('\n');
  throw new RolloutError('inventory-invalid', `the inventory ${path} is not valid:\n${problems}`);
}
