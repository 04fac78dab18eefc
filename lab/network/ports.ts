import { createServer, type Server } from 'node:net';

// Below the range from which Linux (32768) and macOS (49152) take the local ports of outgoing connections: a port
// must still be free when a killed API server or Temporal comes back to it.
const FIRST_PORT = 11_000;
const BLOCK_SIZE = 100;
const BLOCKS = 210;

const free: number[] = [];
const claims: Server[] = [];
let queue: Promise<unknown> = Promise.resolve();

/**
 * Reserves a TCP port on 127.0.0.1 for the life of this process.
 *
 * Ports come from blocks of 100; this process holds the first port of its blocks open, so that labs in other
 * processes choose other blocks. Within the process no port is given out twice. Every port was free when asked.
 *
 * @throws Error when every block is taken.
 */
export function reservePort(): Promise<number> {
  const port = queue.then(nextPort);
  queue = port.catch(() => {});
  return port;
}

async function nextPort(): Promise<number> {
  for (;;) {
    const port = free.pop();
    if (port === undefined) await claimBlock();
    else if (await isFree(port)) return port;
  }
}

async function claimBlock(): Promise<void> {
  const start = Math.floor(Math.random() * BLOCKS);
  for (let i = 0; i < BLOCKS; i++) {
    const first = FIRST_PORT + ((start + i) % BLOCKS) * BLOCK_SIZE;
    const claim = await listen(first);
    if (!claim) continue;
    claims.push(claim);
    for (let port = first + BLOCK_SIZE - 1; port > first; port--) free.push(port);
    return;
  }
  throw new Error(`no free block of ports between ${FIRST_PORT} and ${FIRST_PORT + BLOCKS * BLOCK_SIZE}`);
}

async function isFree(port: number): Promise<boolean> {
  const server = await listen(port);
  if (!server) return false;
  await new Promise((resolve) => server.close(resolve));
  return true;
}

function listen(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => resolve(server.unref()));
  });
}
