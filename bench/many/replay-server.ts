import { readFile } from 'node:fs/promises';
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { identityOf, recordedIdentity } from './identities.js';
import { type Identity, Templates } from './personalise.js';
import { readRecording, requestKey } from './recording.js';
import type { ReplayMessage, ReplayOptions } from './replay.js';

/**
 * A program: the API servers of many clusters in one process, each on its own port, which answer from the recording
 * of one real cluster. They have no state: each request gets the recorded response to the same request, with the
 * delay of a network. replay.ts starts this program, and ends it by closing the channel between them.
 */
const options = JSON.parse(process.argv[2] ?? '') as ReplayOptions;
const recorded = recordedIdentity(options.uid, options.readerToken);
const templates = new Templates(readRecording(await readFile(options.recording, 'utf8')), recorded);
const unknown = new Map<string, number>();
let requests = 0;
let byIstiod = 0;

/** One cluster, which counts its requests. */
class Cluster {
  readonly #identity: Identity;
  readonly #asked = new Map<string, number>();

  constructor(n: number) {
    this.#identity = identityOf(n, recorded);
  }

  async answer(incoming: Http2ServerRequest, outgoing: Http2ServerResponse): Promise<void> {
    requests += 1;
    const { method = 'GET', url = '/', headers } = incoming;
    // istiod requests protobuf where it can; the worker never does.
    if (headers.accept?.includes('protobuf')) byIstiod += 1;
    const key = requestKey(
      method,
      url.replaceAll(this.#identity.name ?? '', recorded.name ?? ''),
      headers.accept,
    );
    const n = this.#asked.get(key) ?? 0;
    this.#asked.set(key, n + 1);
    const answer = templates.answer(key, n, this.#identity);
    if (answer === undefined) unknown.set(key, (unknown.get(key) ?? 0) + 1);
    incoming.resume();
    await sleep(options.latencyMs);
    if (answer === undefined) {
      outgoing.writeHead(404, { 'content-type': 'application/json' });
      outgoing.end('{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","code":404}');
      return;
    }
    outgoing.writeHead(answer.status, { 'content-type': answer.contentType });
    if (answer.watch) outgoing.write(answer.body);
    else outgoing.end(answer.body);
  }
}

const byPort = new Map<number, Cluster>();
const secure = createSecureServer(
  {
    cert: await readFile(options.certificate, 'utf8'),
    key: await readFile(options.key, 'utf8'),
    allowHTTP1: true,
  },
  (incoming, outgoing) => {
    const cluster = byPort.get(incoming.socket.localPort ?? 0);
    // A client that has gone needs no response.
    cluster?.answer(incoming, outgoing).catch(() => outgoing.destroy());
  },
);
secure.on('sessionError', () => {});

const ports: number[] = [];
for (let n = 1; n <= options.clusters; n++) {
  const listener = createServer((socket) => secure.emit('connection', socket));
  await new Promise<void>((listening) => listener.listen(0, '127.0.0.1', listening));
  const { port } = listener.address() as AddressInfo;
  byPort.set(port, new Cluster(n));
  ports.push(port);
}

const send = (message: ReplayMessage) => process.send?.(message);
process.on('disconnect', () => process.exit());
process.on('message', () => send({ type: 'counts', requests, byIstiod, unknown: [...unknown] }));
send({ type: 'ready', ports });
