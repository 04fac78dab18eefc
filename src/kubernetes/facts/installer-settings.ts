import type { ClusterClient } from '../client/cluster-client.js';
import { OptionalReads } from '../client/optional-read.js';
import type { ReadOptions } from '../client/request-options.js';
import { type ClusterSettings, readClusterSettings } from './cluster-settings.js';
import { readOpenShiftNetwork } from './openshift-network.js';

/** What the installers of a cluster have left in it. */
interface Settings {
  readonly kubeadm: ClusterSettings;
  readonly openShift: ClusterSettings;
  /** Why some of it could not be read. */
  readonly problems: readonly string[];
}

/** The settings that installers leave in a cluster, for Pods and Services. They are read once, on first use. */
export class InstallerSettings {
  readonly #client: ClusterClient;
  readonly #options: ReadOptions;
  #settings: Promise<Settings> | undefined;

  constructor(client: ClusterClient, options: ReadOptions) {
    this.#client = client;
    this.#options = options;
  }

  /** @throws as {@link OptionalReads.try} */
  read(): Promise<Settings> {
    this.#settings ??= this.#read();
    return this.#settings;
  }

  async #read(): Promise<Settings> {
    const reads = new OptionalReads(this.#options.signal);
    const [kubeadm, openShift] = await Promise.all([
      readClusterSettings(this.#client, this.#options, reads),
      readOpenShiftNetwork(this.#client, this.#options, reads),
    ]);
    return { kubeadm, openShift, problems: reads.problems };
  }
}
