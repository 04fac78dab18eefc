import { join } from 'node:path';
import { startKwok } from '../../kwok/kwok.js';
import type { KwokFile } from '../../kwok/kwok-files.js';
import type { LabProcess, ProcessTable } from '../../processes/process-table.js';
import { isAnswer } from '../../tolerate.js';
import { pathOf, type SomeToolPaths } from '../../tools/tool-names.js';
import { waitFor } from '../../wait.js';
import type { ApiClient } from '../api-client.js';
import { nodesReady } from '../nodes.js';
import { type ControllerOptions, startControllers } from './controllers.js';

/** What a cluster's components beside its API server are started with. */
export interface ComponentOptions extends Omit<ControllerOptions, 'commands'> {
  /** Port on 127.0.0.1 of the nodes' kubelet; `undefined` when no Pod is to run. */
  kubeletPort: number | undefined;
  /** Files with Stages for Pods that get a process; they can be port-forwarded to. */
  podStages: readonly KwokFile[];
}

/** kube-controller-manager, kube-scheduler and kwok of one cluster. */
export class Components {
  readonly #host: { processes: ProcessTable; tools: SomeToolPaths };
  readonly #api: ApiClient;
  readonly #options: ComponentOptions;
  #processes: LabProcess[] = [];

  constructor(
    host: { processes: ProcessTable; tools: SomeToolPaths },
    api: ApiClient,
    options: ComponentOptions,
  ) {
    this.#host = host;
    this.#api = api;
    this.#options = options;
  }

  /** Starts them and waits until Pods can be created, and run where there is somebody to run them. */
  async start(): Promise<void> {
    const { processes, tools } = this.#host;
    const { kubeletPort: port, logDirectory, release } = this.#options;
    const commands = {
      'kube-controller-manager': pathOf(tools, release.controllerManager),
      'kube-scheduler': pathOf(tools, release.scheduler),
    };
    this.#processes = await startControllers(processes, { ...this.#options, commands });
    if (port !== undefined) {
      const logFile = join(logDirectory, 'kwok.log');
      this.#processes.push(
        await startKwok(processes, { ...this.#options, command: pathOf(tools, 'kwok'), port, logFile }),
      );
    }
    await this.#untilPodsCanBeCreated();
  }

  /** New processes find a restarted API server at once; the old ones would first wait, some for up to a minute. */
  async restart(): Promise<void> {
    await this.end();
    // kwok leaves a node alone for as long as another kwok's lease on it lasts.
    await this.#api.delete('/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases');
    await this.start();
  }

  /** Kills them. */
  async end(): Promise<void> {
    await Promise.all(this.#processes.map((one) => one.end()));
  }

  /** A Pod is admitted once the default ServiceAccount is there, and runs once a node has no taint left. */
  async #untilPodsCanBeCreated(): Promise<void> {
    const { cluster, controllers, release } = this.#options;
    await waitFor({
      what: `cluster ${cluster} to admit Pods`,
      check: async () => {
        await this.#api.get('/api/v1/namespaces/default/serviceaccounts/default');
        if (release.publishesRootCA)
          await this.#api.get('/api/v1/namespaces/default/configmaps/kube-root-ca.crt');
        return (await nodesReady(this.#api, controllers)) ? true : undefined;
      },
      tolerate: isAnswer(404),
      hopeless: () => this.#failure(),
      timeoutMilliseconds: 60_000,
      intervalMilliseconds: 100,
    });
    // All can be ready though one has ended: the scheduler is not needed for any of it.
    const failure = await this.#failure();
    if (failure) throw failure;
  }

  /** Returns why one of the processes has ended; undefined while all run. */
  async #failure(): Promise<Error | undefined> {
    return (await Promise.all(this.#processes.map((one) => one.failure()))).find((one) => one !== undefined);
  }
}
