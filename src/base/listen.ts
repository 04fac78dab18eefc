import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A small HTTP server of a worker. */
export interface Endpoint {
  readonly port: number;
  /** Stops listening and aborts running requests. */
  close(): Promise<void>;
}

/**
 * Starts a plain HTTP server beside the work of a worker.
 * @param address `port` 0 = any free one
 * @throws Error when it cannot listen on the address
 */
export async function listen(
  address: { readonly host: string; readonly port: number },
  answer: RequestListener,
): Promise<Endpoint> {
  const server = createServer(answer);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(address.port, address.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
