import { join } from 'node:path';
import { reservePort } from './network/ports.js';
import type { LabProcess, ProcessTable } from './processes/process-table.js';

const SEARCH_ATTRIBUTES = ['MeshName', 'ClusterName', 'RolloutStatus', 'RolloutStep', 'RolloutRequestedBy'];

/** The lab's Temporal development server. */
export interface LabTemporal {
  /** gRPC, such as `127.0.0.1:12345`. */
  readonly address: string;
  /** Web UI, such as `http://127.0.0.1:12346`. */
  readonly uiUrl: string;
  readonly running: boolean;
  /** Kills the server (SIGKILL). */
  kill(): Promise<void>;
  /** Starts it again on the same ports and database file, and waits until it serves. Does nothing when it runs. */
  start(): Promise<void>;
}

/** Starts `temporal server start-dev` (Temporal CLI 1.8): namespace `default`, and the project's search attributes. */
export async function startTemporal(
  processes: ProcessTable,
  command: string,
  directory: string,
): Promise<LabTemporal> {
  const [port, uiPort, httpPort] = [await reservePort(), await reservePort(), await reservePort()];
  let server: LabProcess | undefined;
  const args = [
    ...['server', 'start-dev', '--ip=127.0.0.1', '--log-level=warn'],
    ...[`--port=${port}`, `--ui-port=${uiPort}`, `--http-port=${httpPort}`],
    `--db-filename=${join(directory, 'temporal.db')}`,
    // Nothing in a lab outlives the machine, and each step of a workflow is some transactions. A killed server finds all.
    ...['--sqlite-pragma=journal_mode=wal', '--sqlite-pragma=synchronous=off'],
    ...SEARCH_ATTRIBUTES.map((name) => `--search-attribute=${name}=Keyword`),
  ];
  const temporal: LabTemporal = {
    address: `127.0.0.1:${port}`,
    uiUrl: `http://127.0.0.1:${uiPort}`,
    get running() {
      return server?.running ?? false;
    },
    kill: async () => {
      await server?.end();
    },
    start: async () => {
      if (server?.running) return;
      server = await processes.start({
        name: 'temporal',
        command,
        args,
        workingDirectory: directory,
        logFile: join(directory, 'logs', 'temporal.log'),
      });
      await server.waitUntil('to serve the namespace default', async () => {
        const response = await fetch(`http://127.0.0.1:${httpPort}/api/v1/namespaces/default`);
        await response.arrayBuffer();
        return response.ok ? true : undefined;
      });
    },
  };
  await temporal.start();
  return temporal;
}
