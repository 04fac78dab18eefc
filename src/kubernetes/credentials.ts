import type http from 'node:http';
import https from 'node:https';
import { createSecureContext } from 'node:tls';
import type { KubeConfig } from '@kubernetes/client-node';
import { redact } from '../rollout/redact.js';
import { RolloutError } from '../rollout/rollout-error.js';
import { type KubeconfigSource, loadKubeconfig } from './load-kubeconfig.js';

/** What a request needs to be let in. */
export interface Access {
  readonly agent: http.Agent;
  readonly headers: Readonly<Record<string, string>>;
}

/** How long headers are used before the kubeconfig's own method is asked again; it keeps tokens until they expire. */
const REFRESH_MS = 60_000;
/** For plugins and for auth providers that ask an identity provider. */
const ACQUIRE_TIMEOUT_MS = 30_000;
/** Below the 90 s after which kube-apiserver closes an idle connection (1.34, server/secure_serving.go). */
const IDLE_MS = 30_000;

/**
 * The credentials of one cluster and the one keep-alive agent that its requests share; client-node itself opens a
 * TLS connection for every request. All methods of client-node's KubeConfig work: tokens, token files, client
 * certificates, basic auth, exec plugins, auth providers, `proxy-url`, `tls-server-name`.
 */
export class Credentials {
  readonly #source: KubeconfigSource;
  #config: KubeConfig;
  #access: Promise<Access> | undefined;
  #current: Access | undefined;
  #expires = 0;
  #agent: { readonly agent: http.Agent; readonly material: string } | undefined;

  constructor(source: KubeconfigSource, config: KubeConfig) {
    this.#source = source;
    this.#config = config;
  }

  /** The kubeconfig in use, for connections that are not plain requests. */
  get config(): KubeConfig {
    return this.#config;
  }

  /**
   * Headers and agent for a request.
   *
   * @throws RolloutError `cluster-not-usable` or `credentials-refused` when the kubeconfig's method fails;
   * `api-unavailable` when it takes too long, as plugins do when many start at once
   */
  async access(): Promise<Access> {
    if (this.#access === undefined || Date.now() > this.#expires) {
      this.#expires = Date.now() + REFRESH_MS;
      this.#access = this.#acquire();
      // A failure is not kept: the next request asks again.
      this.#access.catch(() => {
        this.#access = undefined;
      });
    }
    return this.#access;
  }

  /**
   * Forgets credentials that were answered with 401: the kubeconfig is read again, and plugins are asked anew. Nothing
   * happens when others have come in their place meanwhile.
   */
  renew(refused: Access): void {
    if (this.#current !== refused) return;
    this.#current = undefined;
    this.#config = loadKubeconfig(this.#source);
    this.#access = undefined;
  }

  /** Closes all connections; requests that are under way fail. Without it idle ones close by themselves after 30 s. */
  close(): void {
    this.#agent?.agent.destroy();
    this.#agent = undefined;
    this.#access = undefined;
  }

  async #acquire(): Promise<Access> {
    const options: https.RequestOptions = { timeout: IDLE_MS };
    try {
      await within(ACQUIRE_TIMEOUT_MS, this.#config.applyToHTTPSOptions(options));
    } catch (error) {
      throw this.#explain(error);
    }
    const headers: Record<string, string> = {};
    for (const [key, value] of Object.entries(options.headers ?? {})) headers[key] = String(value).trim();
    if (options.auth) headers.Authorization = `Basic ${Buffer.from(options.auth).toString('base64')}`;
    this.#current = { agent: this.#keepAlive(options), headers };
    return this.#current;
  }

  /** One agent as long as certificates and CA stay the same: its connections are what makes requests cheap. */
  #keepAlive(options: https.RequestOptions): http.Agent {
    const material = [options.ca, options.cert, options.key].map(String).join('\n');
    if (this.#agent?.material === material) return this.#agent.agent;
    const agent = options.agent as http.Agent;
    // client-node gives no way to pass this to the agent it makes (socks, proxy, https or http).
    Object.assign(agent, { keepAlive: true });
    if (agent instanceof https.Agent) shareSecureContext(agent);
    this.#agent = { agent, material };
    return agent;
  }

  #explain(error: unknown): RolloutError {
    const message = redact(error instanceof Error ? error.message : String(error)).trim();
    const code = (error as NodeJS.ErrnoException)?.code;
    const words = `the kubeconfig ${this.#source.path} gives no credentials: ${message.slice(0, 500)}`;
    const about = { cluster: this.#source.name, cause: error };
    if (code === 'ETIMEDOUT') return new RolloutError('api-unavailable', words, about);
    const missing = code === 'ENOENT' || code === 'EACCES' || /not allowed when skipTLSVerify/.test(message);
    return new RolloutError(missing ? 'cluster-not-usable' : 'credentials-refused', words, {
      ...about,
      action:
        'Make the credentials of the kubeconfig work on the worker, for example by logging in, then retry the cluster.',
    });
  }
}

/**
 * Reads CA, certificate and key once, and not for each connection: a cluster has up to ten, and they cost as much as the
 * handshakes. Material that cannot be read is left to the connection, whose error is told.
 */
function shareSecureContext({ options }: https.Agent): void {
  try {
    Object.assign(options, { secureContext: createSecureContext(options) });
  } catch {
    // See above.
  }
}

async function within<T>(timeoutMs: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(Object.assign(new Error(`no credentials within ${timeoutMs / 1000} s`), { code: 'ETIMEDOUT' }));
    }, timeoutMs);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
