import { join } from 'node:path';
import { Fleet } from './fleet.js';
import type { LabCluster } from './kubernetes/lab-cluster.js';
import { startEtcd } from './kubernetes/programs/etcd.js';
import { TokenReviewer } from './kubernetes/token-review.js';
import type { AddClusterOptions, LabOptions } from './lab-options.js';
import { ClusterNetwork } from './network/cluster-network.js';
import { ConnectProxy } from './network/connect-proxy.js';
import { reservePort } from './network/ports.js';
import { RouteTable } from './network/route-table.js';
import { ProcessTable } from './processes/process-table.js';
import type { Reaper } from './processes/reaper.js';
import type { LabStatus } from './state/status.js';
import { StateFile } from './state-file.js';
import { type LabTemporal, startTemporal } from './temporal.js';
import type { ProcessIdentity } from './tools/lock/process-identity.js';
import { pathOf } from './tools/tool-names.js';

const PRIMARY = 'primary';

/** What a lab has before anything of it runs. */
export interface LabBase {
  options: LabOptions;
  directory: string;
  socketDirectory: string;
  reaper: Reaper;
  owner: ProcessIdentity;
}

/** A lab that runs in this process. */
export class RunningLab {
  readonly directory: string;
  readonly inventoryPath: string;
  readonly routes = new RouteTable();
  readonly #base: LabBase;
  readonly #processes: ProcessTable;
  readonly #stateFile: StateFile;
  readonly #startedAt = new Date();
  #fleet: Fleet | undefined;
  #temporal: LabTemporal | undefined;
  #tokenReviewer: TokenReviewer | undefined;
  #workerProxy: { proxy: ConnectProxy; url: string } | undefined;
  #ready = false;
  #stopping: Promise<void> | undefined;

  constructor(base: LabBase) {
    this.#base = base;
    this.directory = base.directory;
    this.inventoryPath = join(base.directory, 'inventory.json');
    this.#stateFile = new StateFile(base.directory, () => this.status());
    this.#processes = new ProcessTable(base.reaper, base.directory, () => this.#stateFile.update());
  }

  get clusters(): LabCluster[] {
    return this.#fleet?.clusters ?? [];
  }

  get primary(): LabCluster {
    return this.clusters.find(({ name }) => name === PRIMARY) as LabCluster;
  }

  get remotes(): LabCluster[] {
    return this.clusters.filter(({ role }) => role === 'remote');
  }

  get proxyUrl(): string {
    if (!this.#workerProxy) throw new Error('the lab does not run');
    return this.#workerProxy.url;
  }

  get temporal(): LabTemporal {
    if (!this.#temporal) throw new Error('this lab was started without Temporal');
    return this.#temporal;
  }

  /** Starts everything at once that does not wait for something else. */
  async start(): Promise<void> {
    const { tools, remotes, release, temporal = true, onProgress = () => {} } = this.#base.options;
    const tokenReviewer = await TokenReviewer.listen(await reservePort());
    this.#tokenReviewer = tokenReviewer;
    const etcdUrl = await startEtcd(this.#processes, pathOf(tools, 'etcd'), this.directory);
    onProgress('etcd is ready');
    const network = new ClusterNetwork(this.routes);
    const proxyPort = await reservePort();
    const proxy = await ConnectProxy.listen(proxyPort, network.workerEgress());
    this.#workerProxy = { proxy, url: `http://127.0.0.1:${proxyPort}` };
    const host = {
      directory: this.directory,
      socketDirectory: this.#base.socketDirectory,
      tools,
      processes: this.#processes,
      network,
      etcdUrl,
      tokenReviewer,
      onProgress,
    };
    this.#fleet = new Fleet(host, this.inventoryPath, () => this.#stateFile.update());
    await allSettled([
      this.#fleet.add(PRIMARY, { role: 'primary', release }),
      ...Array.from({ length: remotes }, (_, i) =>
        this.addCluster(`remote-${i + 1}`, { release, labels: { tier: i === 0 ? 'canary' : 'prod' } }),
      ),
      temporal && this.#startTemporal(onProgress),
    ]);
    this.#ready = true;
    this.#stateFile.update();
    await this.#stateFile.settled();
  }

  async addCluster(name: string, options: AddClusterOptions = {}): Promise<LabCluster> {
    if (!this.#fleet || this.#stopping) throw new Error('the lab does not run');
    return this.#fleet.add(name, options);
  }

  async removeCluster(name: string): Promise<void> {
    if (name === PRIMARY) throw new Error('a lab keeps its primary');
    await this.#fleet?.remove(name);
  }

  status(): LabStatus {
    const temporal = this.#temporal;
    return {
      directory: this.directory,
      socketDirectory: this.#base.socketDirectory,
      inventoryPath: this.inventoryPath,
      owner: this.#base.owner,
      startedAt: this.#startedAt.toISOString(),
      ready: this.#ready,
      ...(this.#workerProxy && { proxyUrl: this.#workerProxy.url }),
      ...(temporal && {
        temporal: { address: temporal.address, uiUrl: temporal.uiUrl, running: temporal.running },
      }),
      clusters: this.#fleet?.status() ?? [],
      processes: this.#processes.living.map(({ name, pid }) => ({ name, pid })),
    };
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #startTemporal(onProgress: (line: string) => void): Promise<void> {
    const command = pathOf(this.#base.options.tools, 'temporal');
    this.#temporal = await startTemporal(this.#processes, command, this.directory);
    onProgress(`Temporal is ready at ${this.#temporal.address}`);
  }

  async #stop(): Promise<void> {
    await this.#fleet?.end();
    await this.#processes.endAll();
    await Promise.all([this.#tokenReviewer?.close(), this.#workerProxy?.proxy.close()]);
    await this.#stateFile.settled();
    await this.#base.reaper.finish();
  }
}

/** Waits for all, so that nothing starts behind our back when one of them failed; throws the first error. */
async function allSettled(promises: unknown[]): Promise<void> {
  const results = await Promise.allSettled(promises);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}
