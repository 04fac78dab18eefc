import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { type Cluster, KubeConfig, type User } from '@kubernetes/client-node';
import { load } from 'js-yaml';
import { cut } from '../../base/text/cut.js';
import { redact } from '../../base/text/redact.js';
import { RolloutError } from '../../rollout/rollout-error.js';
import { environmentProxy } from './environment-proxy.js';
import { ExecPlugin } from './exec-plugin.js';

/** Where the credentials for a cluster are. */
export interface KubeconfigSource {
  /** Name of the cluster in the inventory, for messages. */
  readonly name: string;
  /** Absolute path of the kubeconfig. */
  readonly path: string;
  /** If absent, the current-context of the kubeconfig is used. */
  readonly context?: string;
}

/**
 * Reads a kubeconfig and chooses the context. Paths in it are relative to its folder, as for kubectl.
 *
 * @throws RolloutError `cluster-not-usable` when the file cannot be read, has no such context, or the context names a
 *   cluster or user that the file does not contain, or the server or proxy is not a URL
 */
export function loadKubeconfig(source: KubeconfigSource): KubeConfig {
  const config = new KubeConfig();
  try {
    const text = readFileSync(source.path, 'utf8');
    config.loadFromString(text);
    config.makePathsAbsolute(dirname(source.path));
    config.clusters = config.clusters.map(withEnvironmentProxy);
    config.users = config.users.map((user) => readTokenFileAnew(user, text, dirname(source.path)));
  } catch (error) {
    // YAML errors also quote the lines around the error, which may contain credentials.
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw unusable(source, redact(reason));
  }
  if (source.context !== undefined) config.setCurrentContext(source.context);
  const wanted = config.getCurrentContext();
  if (!wanted) throw unusable(source, 'it has no current-context, and the inventory names no context');
  if (!config.getContexts().some((context) => context.name === wanted)) {
    const names = config.getContexts().map((context) => context.name);
    throw unusable(
      source,
      `it has no context ${wanted}; it has ${names.length === 0 ? 'none' : names.join(', ')}`,
    );
  }
  if (config.getCurrentCluster() === null)
    throw unusable(source, `context ${wanted} names a cluster that the file does not contain`);
  if (config.getCurrentUser() === null)
    throw unusable(source, `context ${wanted} names a user that the file does not contain`);
  const problem = addressProblem(config.getCurrentCluster());
  if (problem !== undefined) throw unusable(source, problem);
  takeOverPlugin(config, dirname(source.path));
  return config;
}

/**
 * Returns why no request can be sent to the server of a cluster. The URL of a proxy is not shown, because it may
 * contain a password.
 */
function addressProblem(cluster: Cluster | null): string | undefined {
  const { server = '', proxyUrl } = cluster ?? {};
  if (!isURL(server, /^https?:$/))
    return `the server ${JSON.stringify(cut(redact(server), 200))} is not an http or https URL`;
  if (proxyUrl === undefined || isURL(proxyUrl, /^(https?|socks(4a?|5h?)?):$/)) return undefined;
  return 'the proxy, which is proxy-url of the kubeconfig or HTTPS_PROXY of the worker, is not an http, https or socks5 URL';
}

function isURL(text: string, protocols: RegExp): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, host, username, password } = new URL(text);
  return protocols.test(protocol) && host !== '' && [username, password].every(isDecodable);
}

/**
 * Returns whether a text can be decoded. The agents decode user and password in a place where nobody catches errors.
 */
function isDecodable(text: string): boolean {
  try {
    return decodeURIComponent(text) !== undefined;
  } catch {
    return false;
  }
}

/**
 * Adds the proxy of the environment, unless the kubeconfig has a `proxy-url`, the only one that client-node knows.
 */
function withEnvironmentProxy(cluster: Cluster): Cluster {
  const proxyUrl = cluster.proxyUrl ?? environmentProxy(cluster.server);
  return proxyUrl === undefined ? cluster : { ...cluster, proxyUrl };
}

/**
 * Makes client-node read the token file again: it knows `tokenFile` only under another name, and reads it only once.
 */
function readTokenFileAnew(user: User, text: string, folder: string): User {
  const tokenFile = rawUser(text, user.name)?.tokenFile;
  if (typeof tokenFile !== 'string') return user;
  const absolute = isAbsolute(tokenFile) ? tokenFile : join(folder, tokenFile);
  return { ...user, authProvider: { name: 'tokenFile', config: { tokenFile: absolute } } };
}

/** Makes {@link ExecPlugin} run the exec plugin of the chosen user. */
function takeOverPlugin(config: KubeConfig, folder: string): void {
  const chosen = config.getCurrentUser();
  if (!chosen?.exec) return;
  config.addAuthenticator(new ExecPlugin(chosen.exec, folder, config.getCurrentCluster()));
  config.users = config.users.map((user) => (user.name === chosen.name ? ExecPlugin.takeOver(user) : user));
}

function rawUser(text: string, name: string): { readonly tokenFile?: unknown } | undefined {
  const { users } = load(text) as { users?: readonly { name?: string; user?: { tokenFile?: unknown } }[] };
  return users?.find((entry) => entry.name === name)?.user;
}

function unusable(source: KubeconfigSource, why: string): RolloutError {
  return new RolloutError('cluster-not-usable', `the kubeconfig ${source.path} cannot be used: ${why}`, {
    cluster: source.name,
  });
}
