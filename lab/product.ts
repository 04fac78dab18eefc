import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lab } from './lab.js';
import { reservePort } from './network/ports.js';
import { type LabProcess, ProcessTable } from './processes/process-table.js';
import { Reaper } from './processes/reaper.js';
import { checkoutFolder } from './tools/recipes-folder.js';
import type { ToolPaths } from './tools/tool-names.js';

/** The worker and the API of mesh-rollout as processes of their own, against a lab; a test or the demo kills them. */
export interface Product {
  /** Base URL of the API, such as `http://127.0.0.1:12345`. */
  readonly api: string;
  /** What the CLI needs in its environment to talk to this API. */
  readonly environment: Record<string, string>;
  /** Starts the worker and waits until it is ready; the logs of all its lives are one file. */
  startWorker(): Promise<LabProcess>;
  /** The worker that was started last. */
  readonly worker: LabProcess | undefined;
  /** Kills the worker (SIGKILL) and starts another. */
  restartWorker(): Promise<LabProcess>;
  /** Starts the API and waits until it is ready. */
  startServer(): Promise<LabProcess>;
  readonly workerLog: string;
  readonly serverLog: string;
  /** The command line of the CLI: program and first arguments. */
  readonly cli: readonly [string, string];
  /** Ends both and removes their files. */
  stop(): Promise<void>;
}

/**
 * Prepares the product of `dist/` against a lab. Nothing of it outlives this process.
 *
 * @param tools where istioctl is, by its absolute path
 * @param overrides environment variables for worker and API; they win
 * @param workerLog file to which the worker writes its log; default one in the product's own directory
 */
export async function prepareProduct(
  lab: Pick<Lab, 'inventoryPath' | 'proxyUrl'> & { readonly temporal: Pick<Lab['temporal'], 'address'> },
  tools: Pick<ToolPaths, 'istioctl'>,
  overrides: Record<string, string> = {},
  workerLog?: string,
): Promise<Product> {
  const directory = await mkdtemp(join(tmpdir(), 'mesh-rollout-product-'));
  const reaper = await Reaper.start([directory]);
  const processes = new ProcessTable(reaper, directory, () => {});
  const port = await reservePort();
  const healthPort = await reservePort();
  const program = join(await checkoutFolder(), 'dist', 'src', 'cli.js');
  const api = `http://127.0.0.1:${port}`;
  const env = {
    TEMPORAL_ADDRESS: lab.temporal.address,
    HTTPS_PROXY: lab.proxyUrl,
    MESH_ROLLOUT_INVENTORY: lab.inventoryPath,
    MESH_ROLLOUT_ISTIOCTL: tools.istioctl,
    MESH_ROLLOUT_PORT: String(port),
    MESH_ROLLOUT_WORKER_HEALTH_PORT: String(healthPort),
    ...overrides,
  };
  const logs = { worker: workerLog ?? join(directory, 'worker.log'), serve: join(directory, 'serve.log') };
  const start = async (verb: 'worker' | 'serve', readiness: string) => {
    const service = await processes.start({
      name: verb,
      command: process.execPath,
      args: [program, verb],
      env,
      workingDirectory: directory,
      logFile: logs[verb],
    });
    await service.waitUntil('to be ready', async () => ((await answers(readiness)) ? true : undefined));
    return service;
  };
  let worker: LabProcess | undefined;
  const startWorker = async () => {
    worker = await start('worker', `http://127.0.0.1:${healthPort}/readyz`);
    return worker;
  };
  return {
    api,
    environment: { MESH_ROLLOUT_API: api },
    startWorker,
    get worker() {
      return worker;
    },
    restartWorker: async () => {
      await worker?.end('SIGKILL');
      return await startWorker();
    },
    startServer: () => start('serve', `${api}/healthz`),
    workerLog: logs.worker,
    serverLog: logs.serve,
    cli: [process.execPath, program],
    stop: async () => {
      await processes.endAll();
      await reaper.finish();
    },
  };
}

async function answers(url: string): Promise<boolean> {
  const response = await fetch(url);
  await response.arrayBuffer();
  return response.ok;
}
