import { createServer } from 'node:net';
import { execa } from 'execa';
import { reservePort } from '../../../lab/network/ports.js';
import { isNotConnected } from '../../../lab/tolerate.js';
import { ensureTools } from '../../../lab/tools/tools.js';
import { until } from '../../support/wait.js';

/** A Temporal dev server of its own, in memory, without any search attribute of ours. */
export interface DevServer {
  readonly address: string;
  stop(): Promise<void>;
}

/**
 * Starts a dev server and waits until it serves. Its ports are not from the range of outgoing connections: one of those
 * could have taken them before the server does.
 *
 * @throws Error with what it printed when it ends instead
 */
export async function startDevServer(): Promise<DevServer> {
  const { temporal } = await ensureTools({ names: ['temporal'] });
  const [port, httpPort] = [await reservePort(), await reservePort()];
  const server = execa(
    temporal,
    [
      ...['server', 'start-dev', '--headless', '--log-level', 'error'],
      ...['--port', String(port), '--http-port', String(httpPort)],
    ],
    { reject: false, all: true, forceKillAfterDelay: 5_000 },
  );
  const address = `127.0.0.1:${port}`;
  const ended = server.then(({ all }) => {
    throw new Error(`temporal server start-dev has ended: ${all}`);
  });
  await Promise.race([untilServing(httpPort), ended]);
  ended.catch(() => {});
  return {
    address,
    stop: async () => {
      server.kill('SIGTERM');
      await server;
    },
  };
}

/** Its HTTP API asks its own gRPC; until the namespace is there it answers 404. */
async function untilServing(httpPort: number): Promise<void> {
  const condition = async () => {
    const response = await fetch(`http://127.0.0.1:${httpPort}/api/v1/namespaces/default`);
    await response.arrayBuffer();
    return response.ok;
  };
  await until('the dev server to serve', condition, { timeoutMs: 30_000, tolerate: isNotConnected });
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
