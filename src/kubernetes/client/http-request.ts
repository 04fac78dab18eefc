import http from 'node:http';
import https from 'node:https';
import { type HttpAnswer, readAnswer } from './read-answer.js';

export interface HttpRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly agent: http.Agent;
  /** The limit until the last byte of the response. */
  readonly timeoutMs: number;
  /** When that time began, in milliseconds since the epoch. */
  readonly startedAt: number;
  readonly signal?: AbortSignal | undefined;
}

/** Thrown when the response was not complete in time. */
export class RequestTimeout extends Error {
  constructor(timeoutMs: number) {
    super(`no complete response within ${timeoutMs / 1000} s`);
    this.name = 'RequestTimeout';
  }
}

/**
 * Sends a request over the agent and returns the whole response, whatever its status.
 *
 * A keep-alive connection that the server closed while it was idle fails on its next use without a response. Such a
 * request is sent again once, unless it is a POST, which could create an object twice (Node 20 documents the race
 * under `request.reusedSocket`).
 *
 * @throws the signal's reason when it aborts; RequestTimeout; AnswerTooLarge; otherwise the error of the socket or of
 *   TLS
 */
export async function sendRequest(request: HttpRequest): Promise<HttpAnswer> {
  try {
    return await sendOnce(request);
  } catch (error) {
    if (!(error instanceof StaleConnection)) throw error;
    if (request.method === 'POST') throw error.cause;
    // A server that restarts closes all connections, so the next one would fail too.
    dropIdleConnections(request.agent);
    return await sendOnce(request).catch((again: unknown) => {
      throw again instanceof StaleConnection ? again.cause : again;
    });
  }
}

/** Thrown when a reused connection failed before any part of the response arrived. */
class StaleConnection extends Error {}

function sendOnce(request: HttpRequest): Promise<HttpAnswer> {
  const { url, method, headers, body, agent, signal, timeoutMs, startedAt } = request;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const remaining = startedAt + timeoutMs - Date.now();
    if (remaining <= 0) return reject(new RequestTimeout(timeoutMs));
    const client = url.protocol === 'http:' ? http : https;
    const outgoing = client.request(url, { method, agent, headers: withLength(headers, body) });

    const timer = setTimeout(() => {
      dropIdleConnections(agent);
      finish(() => reject(new RequestTimeout(timeoutMs)));
      outgoing.destroy();
    }, remaining);
    const onAbort = () => {
      finish(() => reject(signal?.reason));
      outgoing.destroy();
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      settle();
    };

    let answering = false;
    outgoing.on('error', (error) => {
      const stale = outgoing.reusedSocket && !answering && isConnectionLoss(error);
      finish(() => reject(stale ? new StaleConnection('stale connection', { cause: error }) : error));
    });
    outgoing.on('response', (incoming) => {
      answering = true;
      readAnswer(incoming).then(
        (answer) => finish(() => resolve(answer)),
        (error: unknown) => {
          finish(() => reject(error));
          outgoing.destroy();
        },
      );
    });
    outgoing.end(body);
  });
}

function withLength(
  headers: Readonly<Record<string, string>>,
  body: string | undefined,
): Record<string, string> {
  return body === undefined
    ? { ...headers }
    : { ...headers, 'content-length': String(Buffer.byteLength(body)) };
}

function isConnectionLoss(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ECONNRESET' || error.code === 'EPIPE';
}

/** Closes the idle connections. When a host vanishes without closing them, each would cost another timeout. */
function dropIdleConnections(agent: http.Agent): void {
  for (const sockets of Object.values(agent.freeSockets)) {
    for (const socket of [...(sockets ?? [])]) socket.destroy();
  }
}
