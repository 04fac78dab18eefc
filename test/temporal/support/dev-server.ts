import { createServer } from 'node:net';
import { Connection } from '@temporalio/client';
import { execa } from 'execa';
import { ensureTools } from '../../../lab/tools/tools.js';

/** A Temporal dev server of its own, in memory, without any search attribute of ours. */
export interface DevServer {
  readonly address: string;
  stop(): Promise<void>;
}

/** Starts a dev server on free ports and waits until it serves. */
export async function startDevServer(): Promise<DevServer> {
  const { temporal } = await ensureTools({ names: ['temporal'] });
  const port = await freePort();
  const server = execa(
    temporal,
    ['server', 'start-dev', '--headless', '--port', String(port), '--log-level', 'never'],
    { reject: false, stdio: 'ignore', forceKillAfterDelay: 5_000 },
  );
  const address = `127.0.0.1:${port}`;
  await untilServing(address);
  return {
    address,
    stop: async () => {
      server.kill('SIGTERM');
      await server;
    },
  };
}

async function untilServing(address: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    try {
      const connection = await Connection.connect({ address, connectTimeout: 1_000 });
      await connection.workflowService.describeNamespace({ namespace: 'default' });
      return await connection.close();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
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
