import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { json } from 'node:stream/consumers';

interface User {
  username: string;
  groups: string[];
}

interface TokenReview {
  /** `authentication.k8s.io/v1`; of Kubernetes 1.15 `authentication.k8s.io/v1beta1`. */
  apiVersion: string;
  spec: { token: string };
}

/**
 * Says whose token it is when an API server asks: with it, users come and go while the API server runs.
 * An API server asks by `POST /<cluster>` with a TokenReview (kube-apiserver --authentication-token-webhook-config-file).
 */
export class TokenReviewer {
  readonly #server: Server;
  readonly #port: number;
  readonly #users = new Map<string, User>();

  private constructor(port: number) {
    this.#port = port;
    this.#server = createServer((request, response) => {
      this.#review(request).then(
        (review) => {
          response.setHeader('content-type', 'application/json');
          response.end(JSON.stringify(review));
        },
        // Not a TokenReview, or its API server was killed half-way.
        () => response.writeHead(400).end(),
      );
    });
  }

  async #review(request: IncomingMessage): Promise<object> {
    const { apiVersion, spec } = (await json(request)) as TokenReview;
    // The API server adds its timeout to the URL's query.
    const [path] = (request.url ?? '').split('?');
    const user = this.#users.get(`${path} ${spec.token}`);
    const status = user ? { authenticated: true, user } : { authenticated: false };
    return { apiVersion, kind: 'TokenReview', status };
  }

  /** Listens on a port of 127.0.0.1. */
  static async listen(port: number): Promise<TokenReviewer> {
    const reviewer = new TokenReviewer(port);
    await new Promise<void>((listening, failed) => {
      reviewer.#server.once('error', failed);
      reviewer.#server.listen(port, '127.0.0.1', listening);
    });
    return reviewer;
  }

  /** Where the API server of a cluster asks. */
  urlOf(cluster: string): string {
    return `http://127.0.0.1:${this.#port}/${cluster}`;
  }

  /** Makes a token for a user of one cluster. */
  addUser(cluster: string, username: string, groups: string[]): string {
    const token = randomBytes(16).toString('hex');
    this.#users.set(`/${cluster} ${token}`, { username, groups });
    return token;
  }

  /** From now on that user's tokens are unknown. */
  removeUser(cluster: string, username: string): void {
    for (const [key, user] of this.#users) {
      if (key.startsWith(`/${cluster} `) && user.username === username) this.#users.delete(key);
    }
  }

  /** Stops listening. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }
}
