import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import { Agent, request as secureRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { LabCluster } from '../../lab/lab.js';
import { type Answer, isWatch, type Recording, requestKey } from './recording.js';

/** Certificate and key of an API server, PEM. */
export interface ServerCertificate {
  readonly cert: string;
  readonly key: string;
}

type AnyRequest = IncomingMessage | Http2ServerRequest;
type AnyResponse = ServerResponse | Http2ServerResponse;

/** Headers of a single connection, or of HTTP/2, which are not forwarded. */
const HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'host', 'accept-encoding']);

/** A proxy in front of a real API server, with its certificate, that records every request and response. */
export class Recorder {
  readonly #server: Http2SecureServer;
  readonly #agent: Agent;
  readonly #upstream: string;
  readonly #answers = new Map<
    string,
    { status: number; contentType: string; chunks: Buffer[]; watch: boolean }[]
  >();

  private constructor(cluster: LabCluster, certificate: ServerCertificate) {
    this.#upstream = cluster.server;
    this.#agent = new Agent({ keepAlive: true, ca: cluster.certificateAuthority });
    this.#server = createSecureServer({ ...certificate, allowHTTP1: true }, (incoming, outgoing) => {
      this.#forward(incoming, outgoing).catch(() => outgoing.destroy());
    });
  }

  /** Listens on a free port of 127.0.0.1. */
  static async listen(cluster: LabCluster, certificate: ServerCertificate): Promise<Recorder> {
    const recorder = new Recorder(cluster, certificate);
    recorder.#server.listen(0, '127.0.0.1');
    await once(recorder.#server, 'listening');
    return recorder;
  }

  /** Such as `https://127.0.0.1:12345`. */
  get server(): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Returns the recording so far. */
  get recording(): Recording {
    return new Map(
      [...this.#answers].map(([key, answers]): [string, Answer[]] => [
        key,
        answers.map(({ chunks, ...answer }) => ({ ...answer, body: Buffer.concat(chunks) })),
      ]),
    );
  }

  /** Stops listening; connections end with the process. */
  close(): void {
    this.#server.close();
    this.#agent.destroy();
  }

  async #forward(incoming: AnyRequest, outgoing: AnyResponse): Promise<void> {
    const { method = 'GET', url = '/', headers } = incoming;
    // Its position in the recording is when it arrived, not when it was answered.
    const answers = this.#answers.get(requestKey(method, url, headers.accept)) ?? [];
    this.#answers.set(requestKey(method, url, headers.accept), answers);
    const entry = { status: 0, contentType: '', chunks: [] as Buffer[], watch: isWatch(url) };
    answers.push(entry);

    const body = await buffer(incoming);
    const own = Object.entries(headers).filter(([name]) => !name.startsWith(':') && !HOP.has(name));
    const forwarded = secureRequest(new URL(url, this.#upstream), {
      method,
      headers: Object.fromEntries(own) as Record<string, string>,
      agent: this.#agent,
    });
    outgoing.on('close', () => forwarded.destroy());
    forwarded.end(body);
    const [answer] = (await once(forwarded, 'response')) as [IncomingMessage];
    entry.status = answer.statusCode ?? 0;
    entry.contentType = answer.headers['content-type'] ?? '';
    outgoing.writeHead(entry.status, { 'content-type': entry.contentType });
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      entry.chunks.push(chunk);
      (outgoing as ServerResponse).write(chunk);
    }
    outgoing.end();
  }
}
