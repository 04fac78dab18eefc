import type http from 'node:http';
import https from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { redact } from '../../base/text/redact.js';
import { RolloutError } from '../../rollout/rollout-error.js';
import { ClusterError } from '../errors/cluster-error.js';
import { Refusals } from '../errors/refusals.js';
import { expiryOf, readMaterial } from './client-certificate.js';
import { type Connection, connectionOf } from './connection.js';
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
/** After this time without a request, the agent goes: of a cluster's client it is nearly all the memory. */
const FORGET_MS = 20_000;
/** Below the 90 s after which kube-apiserver closes an idle connection (1.34, server/secure_serving.go). */
const IDLE_MS = 15_000;

/**
 * The credentials of one cluster and the one keep-alive agent that its requests share; client-node itself opens a
 * TLS connection for every request. All methods of client-node's KubeConfig work: tokens, token files, client
 * certificates, basic auth, exec plugins, auth providers, `proxy-url`, `tls-server-name`.
 */
export class Credentials {
  readonly #source: KubeconfigSource;
  readonly #refusals: Refusals;
  #config: KubeConfig;
  #access: Promise<Access> | undefined;
  #current: Access | undefined;
  #expires = 0;
  #agent: { readonly agent: http.Agent; readonly material: string } | undefined;
  #idle: NodeJS.Timeout | undefined;
  /** The client certificate in use. */
  #certificate: https.RequestOptions['cert'];

  constructor(source: KubeconfigSource, config: KubeConfig, refusals = new Refusals()) {
    this.#source = source;
    this.#config = config;
    this.#refusals = refusals;
  }

  /** The kubeconfig in use, for connections that are not plain requests. */
  get config(): KubeConfig {
    return this.#config;
  }

  /**
   * Returns headers and agent for a request.
   *
   * @throws RolloutError `cluster-not-usable` when the kubeconfig holds nothing that can be used; `credentials-refused`
   * when its method fails for good; `api-unavailable` when it takes too long, as plugins do when many start at once, and
   * while its failure may still pass
   */
  async access(): Promise<Access> {
    this.#forgetWhenIdle();
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
   * Returns what another program needs to reach the cluster with these credentials.
   *
   * @throws RolloutError as {@link access}
   */
  async connection(): Promise<Connection> {
    const options = await this.#ask();
    return connectionOf(this.#config, options);
  }

  /**
   * Forgets credentials that were answered with 401: the kubeconfig is read again, and plugins are asked anew. Nothing
   * happens when others have come in their place meanwhile.
   */
  renew(refused: Access): void {
    if (this.#current !== refused) return;
    // First: a file that somebody is writing is read again at the next refusal.
    this.#config = loadKubeconfig(this.#source);
    this.#current = undefined;
    this.#access = undefined;
  }

  /** Called when the cluster has let a request in, whatever it answered. */
  accepted(): void {
    this.#refusals.forget();
  }

  /**
   * Returns the error for a 401: a refusal may pass for a while ({@link Refusals}), unless the client certificate has
   * expired.
   */
  refused(error: ClusterError): ClusterError {
    const expiry = expiryOf(this.#certificate);
    if (expiry === undefined) return this.#refusals.judge(error);
    const { cluster = this.#source.name, status, reason } = error;
    const message = `the client certificate of the kubeconfig expired on ${expiry}`;
    return new ClusterError('credentials-refused', message, {
      cluster,
      ...(status !== undefined && { status }),
      ...(reason !== undefined && { reason }),
    });
  }

  /** Whoever still has a request under way keeps the agent until then; its connections close by themselves. */
  #forgetWhenIdle(): void {
    if (this.#idle !== undefined) {
      this.#idle.refresh();
      return;
    }
    const forget = () => {
      this.#idle = undefined;
      this.#agent = undefined;
      this.#access = undefined;
      this.#current = undefined;
    };
    this.#idle = setTimeout(forget, FORGET_MS).unref();
  }

  /** Closes all connections; requests that are under way fail. Without it idle ones close by themselves after 30 s. */
  close(): void {
    clearTimeout(this.#idle);
    this.#idle = undefined;
    this.#agent?.agent.destroy();
    this.#agent = undefined;
    this.#access = undefined;
  }

  /** Has the kubeconfig's own method fill in what a request needs. */
  async #ask(): Promise<https.RequestOptions> {
    const options: https.RequestOptions = { timeout: IDLE_MS };
    try {
      await within(ACQUIRE_TIMEOUT_MS, this.#config.applyToHTTPSOptions(options));
      return options;
    } catch (error) {
      throw this.#explain(error);
    }
  }

  async #acquire(): Promise<Access> {
    const options = await this.#ask();
    const headers: Record<string, string> = {};
    for (const [key, value] of Object.entries(options.headers ?? {})) headers[key] = String(value).trim();
    if (options.auth) headers.Authorization = `Basic ${Buffer.from(options.auth).toString('base64')}`;
    this.#current = { agent: this.#keepAlive(options), headers };
    this.#certificate = options.cert;
    return this.#current;
  }

  /** One agent as long as certificates and CA stay the same: its connections are what makes requests cheap. */
  #keepAlive(options: https.RequestOptions): http.Agent {
    const material = [options.ca, options.cert, options.key].map(String).join('\n');
    if (this.#agent?.material === material) return this.#agent.agent;
    const agent = options.agent as http.Agent;
    // client-node gives no way to pass this to the agent it makes (socks, proxy, https or http).
    Object.assign(agent, { keepAlive: true });
    this.#readOnce(agent, options);
    this.#agent = { agent, material };
    return agent;
  }

  /**
   * Reads CA, certificate and key once, and not for each connection: a cluster has up to ten, and they cost as much as the
   * handshakes.
   */
  #readOnce(agent: http.Agent, options: https.RequestOptions): void {
    if (this.#config.getCurrentCluster()?.server.startsWith('http:')) return;
    try {
      const secureContext = readMaterial(options);
      if (agent instanceof https.Agent) Object.assign(agent.options, { secureContext });
    } catch (error) {
      const message = redact(error instanceof Error ? error.message : String(error));
      const words = `the kubeconfig ${this.#source.path} holds TLS material that cannot be used: ${message}`;
      throw new RolloutError('cluster-not-usable', words, {
        cluster: this.#source.name,
        cause: error,
        action:
          'Correct the CA, the client certificate and its key in the kubeconfig on the worker, then retry the cluster.',
      });
    }
  }

  #explain(error: unknown): RolloutError {
    const message = redact(error instanceof Error ? error.message : String(error)).trim();
    const code = (error as NodeJS.ErrnoException)?.code;
    const words = `the kubeconfig ${this.#source.path} gives no credentials: ${message.slice(0, 500)}`;
    const about = { cluster: this.#source.name, cause: error };
    if (code === 'ETIMEDOUT') return new RolloutError('api-unavailable', words, about);
    const action =
      'Make the credentials of the kubeconfig work on the worker, for example by logging in, then retry the cluster.';
    const missing = code === 'ENOENT' || code === 'EACCES' || /not allowed when skipTLSVerify/.test(message);
    if (missing) return new RolloutError('cluster-not-usable', words, { ...about, action });
    return this.#refusals.judge(new ClusterError('credentials-refused', words, { ...about, action }));
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
