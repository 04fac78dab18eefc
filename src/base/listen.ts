import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A small HTTP endpoint of a worker that listens. */
export interface Endpoint {
  readonly port: number;
  /** Breaks off what is under way. */
  close(): Promise<void>;
}

/**
 * Listens for plain HTTP beside the work of a worker.
 * @param address `port` 0 = any free one
 * @throws Error when the address cannot be listened on
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
