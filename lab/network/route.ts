import { connect, type Socket } from 'node:net';
import { type Duplex, pipeline } from 'node:stream';
import { latency } from './latency.js';

/** `open`: as fast as it can; `slow`: with latency added; `cut`: nothing gets through. */
export type RouteState = 'open' | 'slow' | 'cut';

/**
 * One direction in which connections are made in the lab's network, such as `remote-1->istiod`: from the API server of
 * remote-1 to the addresses of the primary's istiod Pods.
 */
export class Route {
  /** `from->to`. */
  readonly name: string;
  readonly from: string;
  readonly to: string;
  #state: RouteState = 'open';
  #latencyMilliseconds = 0;
  readonly #connections = new Set<() => void>();

  constructor(from: string, to: string) {
    this.name = `${from}->${to}`;
    this.from = from;
    this.to = to;
  }

  get state(): RouteState {
    return this.#state;
  }

  /** Latency added to each direction of each connection; 0 unless the state is `slow`. */
  get latencyMilliseconds(): number {
    return this.#latencyMilliseconds;
  }

  /** How many connections use the route now. */
  get connections(): number {
    return this.#connections.size;
  }

  /** Destroys every connection, and hangs up on every new one. */
  cut(): void {
    this.#set('cut', 0);
    for (const destroy of this.#connections) destroy();
  }

  /** Adds latency to each direction, of living connections too. */
  slow(milliseconds: number): void {
    this.#set('slow', milliseconds);
  }

  /** Back to `open`. Connections that were cut stay lost. */
  restore(): void {
    this.#set('open', 0);
  }

  /**
   * Answers an HTTP CONNECT: joins `client` with the process on 127.0.0.1:`port` under the route's state.
   * A dead port is answered with 502, a cut route with no answer at all.
   */
  join(client: Duplex, head: Buffer, port: number): void {
    if (this.#state === 'cut') {
      client.destroy();
      return;
    }
    const target = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    const destroy = () => {
      client.destroy();
      target.destroy();
    };
    const refuse = () => void client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    this.#connections.add(destroy);
    target.once('close', () => this.#connections.delete(destroy));
    client.once('close', () => target.destroy());
    target.once('error', refuse);
    target.once('connect', () => {
      target.off('error', refuse).on('error', destroy);
      setTimeout(() => this.#pipe(client, target, head), this.#latencyMilliseconds);
    });
  }

  #pipe(client: Duplex, target: Socket, head: Buffer): void {
    if (client.destroyed || target.destroyed) return;
    client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    target.write(head);
    const milliseconds = () => this.#latencyMilliseconds;
    const ended = (error?: Error | null) => {
      if (!error) return;
      client.destroy();
      target.destroy();
    };
    pipeline(client, latency(milliseconds), target, ended);
    pipeline(target, latency(milliseconds), client, ended);
  }

  #set(state: RouteState, latencyMilliseconds: number): void {
    this.#state = state;
    this.#latencyMilliseconds = latencyMilliseconds;
  }
}
