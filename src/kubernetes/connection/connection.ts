import type https from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';

/** How a program other than the worker reaches a cluster. It holds credentials: keep it out of logs and arguments. */
export interface Connection {
  readonly server: string;
  /** PEM; undefined when the kubeconfig relies on the system's CAs. */
  readonly certificateAuthority?: string;
  readonly skipTLSVerify: boolean;
  readonly tlsServerName?: string;
  /** Of the kubeconfig, or of the worker's environment. */
  readonly proxyUrl?: string;
  readonly token?: string;
  readonly basic?: { readonly username: string; readonly password: string };
  /** PEM. */
  readonly client?: { readonly certificate: string; readonly key: string };
}

/**
 * Returns the connection of a kubeconfig.
 *
 * @param options as the kubeconfig's own method has filled them in, whichever it is: a plugin's token is in the header
 */
export function connectionOf(config: KubeConfig, options: https.RequestOptions): Connection {
  const { server = '', skipTLSVerify, tlsServerName, proxyUrl } = config.getCurrentCluster() ?? {};
  const { ca, cert, key, auth } = options;
  const headers = options.headers as Readonly<Record<string, unknown>> | undefined;
  const token = /^Bearer\s+(\S+)/.exec(String(headers?.Authorization ?? '').trim())?.[1];
  const [username = '', ...password] = (auth ?? '').split(':');
  return {
    server,
    skipTLSVerify: skipTLSVerify === true,
    ...(ca && { certificateAuthority: String(ca) }),
    ...(tlsServerName && { tlsServerName }),
    ...(proxyUrl && { proxyUrl }),
    ...(token !== undefined && { token }),
    ...(auth && { basic: { username, password: password.join(':') } }),
    ...(cert && key && { client: { certificate: String(cert), key: String(key) } }),
  };
}
