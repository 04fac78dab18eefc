import { createServer, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Route } from './route.js';

/** Where a CONNECT goes: over which route, to which port on 127.0.0.1. */
export interface Destination {
  route: Route;
  port: number;
}

/** Looks up the authority of a CONNECT, such as `10.1.0.5:15017`; `undefined` when nothing answers there. */
export type Resolve = (host: string, port: number) => Destination | undefined;

/** An HTTP proxy that knows one method, CONNECT, and only the addresses of the lab. */
export class ConnectProxy {
  readonly #server: Server;
  readonly #clients = new Set<Duplex>();

  private constructor(resolve: Resolve) {
    this.#server = createServer((_request, response) => {
      response.writeHead(405).end();
    });
    this.#server.on('connect', (request, client, head) => {
      this.#clients.add(client);
      client.once('close', () => this.#clients.delete(client));
      // From here on the server does not handle its errors any more, such as a killed API server's ECONNRESET.
      client.on('error', () => client.destroy());
      const [, host = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(request.url ?? '') ?? [];
      const destination = resolve(host, Number(port));
      if (destination) destination.route.join(client, head, destination.port);
      else client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    });
  }

  /** Listens on a unix socket (its path) or on a port of 127.0.0.1. */
  static async listen(at: string | number, resolve: Resolve): Promise<ConnectProxy> {
    const proxy = new ConnectProxy(resolve);
    await new Promise<void>((listening, failed) => {
      proxy.#server.once('error', failed);
      if (typeof at === 'string') proxy.#server.listen(at, listening);
      else proxy.#server.listen(at, '127.0.0.1', listening);
    });
    return proxy;
  }

  /** Destroys every connection and stops listening. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const client of this.#clients) client.destroy();
    this.#server.closeAllConnections();
    await closed;
  }
}
