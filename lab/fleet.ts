import type { ClusterHost } from './kubernetes/cluster-spec.js';
import type { LabCluster } from './kubernetes/lab-cluster.js';
import { type StartedCluster, startCluster } from './kubernetes/start-cluster.js';
import type { AddClusterOptions } from './lab-options.js';
import { podStages, type RunningPods, runPods } from './pods/run-pods.js';
import { writeInventory } from './state/inventory.js';
import type { ClusterStatus } from './state/status.js';
import { DEFAULT_RELEASE } from './tools/releases.js';

interface Member extends StartedCluster {
  inInventory: boolean;
  pods: RunningPods;
}

/** The clusters of a lab, as they come and go. */
export class Fleet {
  readonly #host: ClusterHost;
  readonly #inventoryPath: string;
  readonly #onChange: () => void;
  readonly #names = new Set<string>();
  readonly #members = new Map<string, Member>();
  #lastNumber = 0;
  #inventory: Promise<void> = Promise.resolve();

  /** @param onChange called when a cluster came or went, or a Pod's readiness changed. */
  constructor(host: ClusterHost, inventoryPath: string, onChange: () => void) {
    this.#host = host;
    this.#inventoryPath = inventoryPath;
    this.#onChange = onChange;
  }

  /** In the order in which they were added. */
  get clusters(): LabCluster[] {
    const members = [...this.#names].flatMap((name) => this.#members.get(name) ?? []);
    return members.map(({ cluster }) => cluster);
  }

  /** @throws Error when there is a cluster of that name, or a program does not start. */
  async add(name: string, options: AddClusterOptions = {}): Promise<LabCluster> {
    if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) throw new Error(`"${name}" is no DNS-1123 label`);
    if (this.#names.has(name)) throw new Error(`the lab has a cluster "${name}" already`);
    const { role = 'remote', release = DEFAULT_RELEASE } = options;
    const istiod = release === '1.4' ? 'pilot' : 'istiod';
    const istiodEnd = this.#names.size === 0 ? istiod : `${istiod}.${name}`;
    this.#names.add(name);
    let started: StartedCluster | undefined;
    try {
      started = await startCluster(this.#host, {
        name,
        number: ++this.#lastNumber,
        role,
        release,
        podStages: podStages({ role, release }),
        labels: options.labels ?? {},
        podCIDR: options.podCIDR,
        serviceCIDR: options.serviceCIDR,
        controllers: options.controllers ?? 'full',
        productRights: options.productRights ?? 'manifests',
        istiodEnd: role === 'primary' ? istiodEnd : undefined,
      });
      const pods = await runPods(started.cluster, this.#host, (line) => {
        this.#host.onProgress(line);
        this.#onChange();
      });
      this.#members.set(name, { ...started, inInventory: options.inInventory ?? true, pods });
      await this.#writeInventory();
      return started.cluster;
    } catch (error) {
      const member = this.#members.get(name);
      this.#members.delete(name);
      await (member ? endMember(member) : started?.end());
      this.#names.delete(name);
      throw error;
    }
  }

  /** @throws Error when there is no cluster of that name. */
  async remove(name: string): Promise<void> {
    const member = this.#members.get(name);
    if (!member) throw new Error(`the lab has no cluster "${name}"`);
    this.#members.delete(name);
    try {
      await this.#writeInventory();
    } finally {
      await endMember(member);
      this.#names.delete(name);
    }
  }

  /** Ends all clusters. */
  async end(): Promise<void> {
    await Promise.all([...this.#members.values()].map(endMember));
  }

  /** What {@link LabStatus} says of the clusters. */
  status(): ClusterStatus[] {
    return this.clusters.map((cluster) => ({
      name: cluster.name,
      role: cluster.role,
      release: cluster.release,
      labels: cluster.labels,
      server: cluster.server,
      apiServer: cluster.apiServer,
      kubeconfigPath: cluster.kubeconfigPath,
      podCIDR: cluster.podCIDR,
      serviceCIDR: cluster.serviceCIDR,
      running: cluster.running,
      istiods: this.#members.get(cluster.name)?.pods.istiods() ?? [],
      injection: this.#members.get(cluster.name)?.pods.injection() ?? [],
    }));
  }

  /** One write after the other, the last one with the last state; one that fails does not take the next with it. */
  #writeInventory(): Promise<void> {
    this.#onChange();
    const write = () => {
      const listed = this.clusters.filter(({ name }) => this.#members.get(name)?.inInventory);
      return writeInventory(this.#inventoryPath, listed);
    };
    this.#inventory = this.#inventory.catch(() => undefined).then(write);
    return this.#inventory;
  }
}

async function endMember({ pods, end }: Member): Promise<void> {
  await pods.end();
  await end();
}
