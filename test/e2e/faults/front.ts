import { once } from 'node:events';
import { readFile, rename, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LabCluster } from '../../../lab/lab.js';
import { createAuthority } from '../../support/certificates.js';
import { type Front, frontApiServer } from '../support/api-server-front.js';

/** An answer in place of the API server's. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A moment in a rollout at which something is to happen. */
export interface Moment {
  /** A request of the product, as `GET /version`. */
  readonly request: RegExp;
  /** Whether such a request comes at the right time; it waits for the answer. */
  isNow(): Promise<boolean>;
}

interface Appointment extends Moment {
  begin(): Promise<void>;
  begun?: Promise<void>;
}

interface Answering {
  readonly request: RegExp;
  readonly answer: Answer | 'never';
  readonly end: AbortController;
}

/** The real API server of a cluster behind a front that can go wrong in every way in which a server or its network does. */
export class FaultyFront {
  readonly #cluster: LabCluster;
  #front: Front | undefined;
  #next: Appointment | undefined;
  #answering: Answering | undefined;
  readonly #revoked = new Set<string>();
  #token: string;

  private constructor(cluster: LabCluster) {
    this.#cluster = cluster;
    this.#token = cluster.productToken;
  }

  /** Opens a front for the product's account. */
  static async open(cluster: LabCluster): Promise<FaultyFront> {
    const faulty = new FaultyFront(cluster);
    faulty.#front = await frontApiServer(cluster, {
      before: (incoming, outgoing) => faulty.#before(incoming, outgoing),
    });
    return faulty;
  }

  get kubeconfigPath(): string {
    return this.#opened.kubeconfigPath;
  }

  get #opened(): Front {
    if (!this.#front) throw new Error('the front is not open');
    return this.#front;
  }

  /**
   * Does something when a moment has come, while the request that marks it waits.
   *
   * @returns settles when it is done; rejects with what `begin` or `isNow` throws
   */
  when({ request, isNow }: Moment, begin: () => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#next = {
        request,
        isNow: async () => {
          try {
            return await isNow();
          } catch (error) {
            reject(error);
            return false;
          }
        },
        begin: () => begin().then(resolve, reject),
      };
    });
  }

  /** Answers requests itself from now on; `never`: they get no answer. */
  answer(request: RegExp, answer: Answer | 'never'): void {
    this.#answering = { request, answer, end: new AbortController() };
  }

  /** Leaves every request to the API server again, also those that wait for an answer. */
  stopAnswering(): void {
    this.#answering?.end.abort();
    this.#answering = undefined;
  }

  /** Refuses connections, and closes those that are there. */
  refuse(): void {
    this.#opened.stopListening();
  }

  /** Takes connections again. */
  accept(): Promise<void> {
    return this.#opened.listen();
  }

  /** Shows a certificate of a CA that nobody knows. */
  changeCertificate(): void {
    this.#opened.present(createAuthority('another CA').issue('kube-apiserver', { names: ['127.0.0.1'] }));
  }

  /** Shows the certificate of the API server again. */
  restoreCertificate(): void {
    this.#opened.present();
  }

  /** Lets the API server see a token that it does not know in the place of the one in the kubeconfig. */
  revokeToken(): void {
    this.#revoked.add(`Bearer ${this.#token}`);
  }

  /** Writes a new token into the kubeconfig, as a person would. */
  async renewToken(): Promise<void> {
    const account = '/api/v1/namespaces/mesh-rollout/serviceaccounts/mesh-rollout/token';
    const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
    const { status } = await this.#cluster.api.post<{ status: { token: string } }>(account, request);
    const path = this.kubeconfigPath;
    const kubeconfig = (await readFile(path, 'utf8')).replace(this.#token, status.token);
    await writeFile(`${path}.new`, kubeconfig, { mode: 0o600 });
    await rename(`${path}.new`, path);
    this.#token = status.token;
  }

  close(): Promise<void> {
    return this.#opened.close();
  }

  async #before(incoming: IncomingMessage, outgoing: ServerResponse): Promise<boolean> {
    const line = `${incoming.method} ${incoming.url}`;
    await this.#beginAt(line);
    const { authorization } = incoming.headers;
    if (authorization && this.#revoked.has(authorization)) incoming.headers.authorization = 'Bearer revoked';
    if (!this.#answering?.request.test(line)) return outgoing.destroyed;
    const { answer, end } = this.#answering;
    if (answer !== 'never') {
      outgoing.writeHead(answer.status, answer.headers).end(answer.body);
      return true;
    }
    await Promise.race([once(outgoing, 'close'), once(end.signal, 'abort')]);
    return outgoing.destroyed || (await this.#before(incoming, outgoing));
  }

  async #beginAt(line: string): Promise<void> {
    const next = this.#next;
    if (!next?.request.test(line) || !(await next.isNow())) return;
    next.begun ??= next.begin();
    if (this.#next === next) this.#next = undefined;
    await next.begun;
  }
}
