import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { json } from 'node:stream/consumers';

/** Where an API server is and who asks. */
export interface ApiAccess {
  /** Such as `https://127.0.0.1:12345`. */
  server: string;
  /** CA of the server, PEM. */
  certificateAuthority: string;
  token: string;
}

/** An answer of the API server other than 2xx. */
export class ApiError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
  }
}

/** Media types of PATCH. */
export type PatchType =
  | 'apply-patch+yaml'
  | 'merge-patch+json'
  | 'strategic-merge-patch+json'
  | 'json-patch+json';

/** A small client of one API server: JSON in, JSON out, over kept-alive connections. */
export class ApiClient {
  readonly #access: ApiAccess;
  readonly #agent: Agent;

  constructor(access: ApiAccess) {
    this.#access = access;
    this.#agent = new Agent({ keepAlive: true, ca: access.certificateAuthority });
  }

  /** @throws ApiError, or the socket's error. So do all others. */
  get<T = unknown>(path: string): Promise<T> {
    return this.#send('GET', path);
  }

  post<T = unknown>(path: string, body: unknown): Promise<T> {
    return this.#send('POST', path, body, 'application/json');
  }

  patch<T = unknown>(path: string, type: PatchType, body: unknown): Promise<T> {
    return this.#send('PATCH', path, body, `application/${type}`);
  }

  delete<T = unknown>(path: string): Promise<T> {
    return this.#send('DELETE', path);
  }

  /** Begins a request and gives its answer as it comes in, for watches. */
  open(path: string, signal: AbortSignal): Promise<IncomingMessage> {
    return this.#request('GET', path, undefined, undefined, signal);
  }

  /** Closes the connections. */
  close(): void {
    this.#agent.destroy();
  }

  async #send<T>(method: string, path: string, body?: unknown, type?: string): Promise<T> {
    const response = await this.#request(method, path, body, type, AbortSignal.timeout(30_000));
    return (await json(response)) as T;
  }

  async #request(method: string, path: string, body: unknown, type: string | undefined, signal: AbortSignal) {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${this.#access.token}`,
        accept: 'application/json',
        ...(type && { 'content-type': type }),
      };
      request(new URL(path, this.#access.server), { method, headers, agent: this.#agent, signal })
        .once('response', resolve)
        .once('error', reject)
        .end(body === undefined ? undefined : JSON.stringify(body));
    });
    const status = response.statusCode ?? 0;
    if (status >= 200 && status < 300) return response;
    // A Status object as a rule; plain text from paths such as /readyz.
    const answer = (await json(response).catch(() => ({}))) as { message?: string };
    throw new ApiError(
      status,
      `${method} ${path}: ${status} ${answer.message ?? response.statusMessage ?? ''}`,
    );
  }
}
