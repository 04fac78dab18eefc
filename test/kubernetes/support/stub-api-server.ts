import { writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { ClusterClient } from '../../../src/kubernetes/client/cluster-client.js';
import { Refusals } from '../../../src/kubernetes/errors/refusals.js';
import { temporaryFolder } from './temporary-folder.js';

export interface StubRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** Answers a request: an object as JSON, or anything else by its own hand. */
type Answer = (request: StubRequest, response: http.ServerResponse) => unknown;

/** An HTTP server in the place of an API server, for what a real one does not do on command. */
export interface StubApiServer {
  readonly url: string;
  readonly requests: StubRequest[];
  /** Connections made so far. */
  readonly connections: Set<Socket>;
  answer: Answer;
  close(): Promise<void>;
}

export async function startStubApiServer(answer: Answer = () => ({})): Promise<StubApiServer> {
  const server = http.createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const request = {
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      headers: incoming.headers,
      body: Buffer.concat(chunks).toString('utf8'),
    };
    stub.requests.push(request);
    const body = await stub.answer(request, response);
    if (body !== undefined && !response.writableEnded) {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(body));
    }
  });
  server.on('connection', (socket) => stub.connections.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stub: StubApiServer = { url, requests: [], connections: new Set(), answer, close };
  onTestFinished(close);
  return stub;
}

/** Answers with a status and, where there is one, a Kubernetes Status as the body. */
export function refuse(response: http.ServerResponse, code: number, status: object = {}): undefined {
  response.statusCode = code;
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, ...status }));
}

/** A client of a stub; `user` is the user's entry in the kubeconfig. */
export async function clientOf(
  url: string,
  user: object = { token: 'stub-token' },
  refusals = new Refusals(),
): Promise<ClusterClient> {
  return new ClusterClient({ name: 'eu-1', path: await writeKubeconfig(url, user) }, refusals);
}

/** Writes a kubeconfig with one context and gives its path. */
export async function writeKubeconfig(url: string, user: object, cluster: object = {}): Promise<string> {
  const path = join(await temporaryFolder(), 'config');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'stub',
    clusters: [{ name: 'stub', cluster: { server: url, 'insecure-skip-tls-verify': true, ...cluster } }],
    users: [{ name: 'stub', user }],
    contexts: [{ name: 'stub', context: { cluster: 'stub', user: 'stub' } }],
  };
  await writeFile(path, JSON.stringify(config));
  return path;
}
