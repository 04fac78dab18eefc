import type https from 'node:https';
import { isAbsolute, join } from 'node:path';
import type { Cluster, KubeConfig, User } from '@kubernetes/client-node';
import { ExecaError, execa } from 'execa';

/** client-node does not export this type under a name. */
type Authenticator = Parameters<KubeConfig['addAuthenticator']>[0];

/** `user.exec` of a kubeconfig (client.authentication.k8s.io v1 and v1beta1). */
interface ExecConfig {
  readonly apiVersion?: string;
  readonly command: string;
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly installHint?: string;
  readonly provideClusterInfo?: boolean;
}

/** The part of a plugin's output that is used. */
interface ExecCredential {
  readonly status?: {
    readonly token?: string;
    /** PEM. */
    readonly clientCertificateData?: string;
    readonly clientKeyData?: string;
    /** RFC 3339. If absent, the credential is valid until the API server refuses it. */
    readonly expirationTimestamp?: string;
  };
}

/** A plugin logs in over the network. One that prompts a person would wait forever. */
const TIMEOUT_MS = 20_000;
/** The time that a plugin has to exit after SIGTERM. */
const GRACE_MS = 500;
/** A credential is replaced this long before it expires. */
const MARGIN_MS = 10_000;
/** Marks users whose credentials come from this class and not from client-node's own exec support. */
const NAME = 'exec-plugin';

/**
 * Runs the credential plugin of a kubeconfig. client-node 1.4.0 can do that too, but it never ends a plugin that
 * hangs, runs a plugin without an expiry again for every request, and does not pass `KUBERNETES_EXEC_INFO`, which
 * some plugins require.
 */
export class ExecPlugin implements Authenticator {
  readonly #exec: ExecConfig;
  readonly #folder: string;
  readonly #cluster: Cluster | null;
  readonly #timeoutMs: number;
  #credential: Promise<ExecCredential> | undefined;
  #expires = 0;

  /** @param folder the kubeconfig's folder: a command with a slash is relative to it; others are looked up on PATH */
  constructor(exec: ExecConfig, folder: string, cluster: Cluster | null, timeoutMs = TIMEOUT_MS) {
    this.#timeoutMs = timeoutMs;
    this.#exec = exec;
    this.#folder = folder;
    this.#cluster = cluster;
  }

  /** Returns the user in the form that makes client-node ask this class for the credentials. */
  static takeOver(user: User): User {
    const { exec, ...rest } = user;
    return { ...rest, authProvider: { name: NAME, config: {} } } as User;
  }

  isAuthProvider(user: User): boolean {
    return user.authProvider?.name === NAME;
  }

  /**
   * @throws Error with the plugin's own message when it fails; with `code` ENOENT when it does not exist, ETIMEDOUT
   *   when it hangs
   */
  async applyAuthentication(_: User, options: https.RequestOptions): Promise<void> {
    const { status } = await this.#current();
    if (status?.clientCertificateData) options.cert = status.clientCertificateData;
    if (status?.clientKeyData) options.key = status.clientKeyData;
    if (status?.token) options.headers = { ...options.headers, Authorization: `Bearer ${status.token}` };
  }

  async #current(): Promise<ExecCredential> {
    if (this.#credential === undefined || Date.now() > this.#expires) {
      this.#expires = Number.POSITIVE_INFINITY;
      const asked = this.#run();
      this.#credential = asked;
      try {
        const expiry = Date.parse((await asked).status?.expirationTimestamp ?? '');
        if (!Number.isNaN(expiry)) this.#expires = expiry - MARGIN_MS;
      } catch (error) {
        this.#credential = undefined;
        throw error;
      }
    }
    return this.#credential;
  }

  async #run(): Promise<ExecCredential> {
    const { command, args = [], env = [] } = this.#exec;
    const path = command.includes('/') && !isAbsolute(command) ? join(this.#folder, command) : command;
    const plugin = execa(path, args, {
      env: { ...Object.fromEntries(env.map(({ name, value }) => [name, value])), ...this.#info() },
      stdin: 'ignore',
      timeout: this.#timeoutMs,
    });
    // A child of a wrapper script does not end with it, and execa would wait until the child closes the output.
    const noMore = setTimeout(() => {
      plugin.stdout.destroy();
      plugin.stderr.destroy();
    }, this.#timeoutMs + GRACE_MS);
    try {
      return parse((await plugin).stdout, command);
    } catch (error) {
      throw error instanceof ExecaError ? this.#explain(error) : error;
    } finally {
      clearTimeout(noMore);
    }
  }

  /** Returns the variable as client-go 1.34 sets it (plugin/pkg/client/auth/exec/exec.go). */
  #info(): { KUBERNETES_EXEC_INFO: string } {
    const { apiVersion, provideClusterInfo } = this.#exec;
    const cluster = {
      server: this.#cluster?.server,
      'certificate-authority-data': this.#cluster?.caData,
      'tls-server-name': this.#cluster?.tlsServerName,
      'insecure-skip-tls-verify': this.#cluster?.skipTLSVerify,
      'proxy-url': this.#cluster?.proxyUrl,
    };
    const spec = { interactive: false, ...(provideClusterInfo ? { cluster } : {}) };
    return { KUBERNETES_EXEC_INFO: JSON.stringify({ kind: 'ExecCredential', apiVersion, spec }) };
  }

  /** Returns an error without the plugin's stdout, which may contain a credential. */
  #explain(error: ExecaError): Error {
    const { command, installHint } = this.#exec;
    const code = error.timedOut ? 'ETIMEDOUT' : error.code;
    const words = error.timedOut
      ? `did not finish within ${this.#timeoutMs / 1000} s`
      : String(error.stderr ?? '').trim() || error.originalMessage || `exited with status ${error.exitCode}`;
    const hint = code === 'ENOENT' && installHint !== undefined ? ` (${installHint.trim()})` : '';
    return Object.assign(new Error(`plugin ${command}: ${words}${hint}`), { code });
  }
}

function parse(stdout: string, command: string): ExecCredential {
  try {
    const credential = JSON.parse(stdout) as ExecCredential | null;
    if (credential?.status !== undefined) return credential;
  } catch {
    // Reported below, without the text that JSON.parse would quote.
  }
  throw new Error(`plugin ${command} did not print an ExecCredential with a status`);
}
