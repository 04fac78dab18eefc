import type https from 'node:https';
import type { Cluster, KubeConfig } from '@kubernetes/client-node';
import { RolloutError } from '../../rollout/rollout-error.js';

/** What another program needs to reach a cluster just as the worker does. */
export interface PortableAccess {
  /** The text of a kubeconfig with one context, as JSON; it holds the credentials themselves. */
  readonly kubeconfig: string;
  /**
   * The variables that name the worker's proxy for the cluster; none without a proxy. Programs with client-go before 1.19
   * do not know `proxy-url`. The address may hold a password.
   */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Returns the access of a kubeconfig in a form that any program understands: what plugins, auth providers and files give
 * stands in it as a token or a certificate. A token that expires is not renewed.
 *
 * @param name of the cluster in the inventory, for messages
 * @throws RolloutError `cluster-not-usable` where the kubeconfig relies on `tls-server-name`, which client-go knows since
 * 1.18 only; the error of the plugin or of the file that has the credentials
 */
export async function portableAccess(config: KubeConfig, name: string): Promise<PortableAccess> {
  const cluster = config.getCurrentCluster();
  if (cluster?.tlsServerName) {
    throw new RolloutError(
      'cluster-not-usable',
      'the kubeconfig names a tls-server-name, which old client programs ignore',
      {
        cluster: name,
        action:
          'Give the cluster a kubeconfig whose server has a name that stands in its certificate, then retry the cluster.',
      },
    );
  }
  const options: https.RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  // JSON is YAML in which a name such as 123 is a text.
  const kubeconfig = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: clusterOf(cluster, options) }],
    users: [{ name, user: userOf(options) }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  });
  return { kubeconfig, env: proxyOf(cluster) };
}

function clusterOf(cluster: Cluster | null, { ca }: https.RequestOptions): object {
  const trust = cluster?.skipTLSVerify
    ? { 'insecure-skip-tls-verify': true }
    : ca === undefined || ca === null
      ? {}
      : { 'certificate-authority-data': base64(ca) };
  return { server: cluster?.server ?? '', ...trust };
}

function userOf({ headers, auth, cert, key }: https.RequestOptions): object {
  const header = headers as Readonly<Record<string, unknown>> | undefined;
  const token = /^Bearer\s+(\S+)/.exec(String(header?.Authorization ?? '').trim())?.[1];
  const [, username, password] = /^([^:]*):(.*)$/s.exec(String(auth ?? '')) ?? [];
  return {
    ...(token === undefined ? {} : { token }),
    ...(username === undefined ? {} : { username, password }),
    ...(cert ? { 'client-certificate-data': base64(cert) } : {}),
    ...(key ? { 'client-key-data': base64(key) } : {}),
  };
}

/** NO_PROXY is not passed on: the worker has decided already. */
function proxyOf(cluster: Cluster | null): Record<string, string> {
  const { proxyUrl, server = '' } = cluster ?? {};
  if (!proxyUrl) return {};
  return server.startsWith('http:') ? { HTTP_PROXY: proxyUrl } : { HTTPS_PROXY: proxyUrl };
}

/** client-node has one text or Buffer. */
function base64(material: unknown): string {
  return Buffer.from(material as string | Buffer).toString('base64');
}
