import { RolloutError } from '../../rollout/rollout-error.js';
import type { Connection } from './connection.js';
import { kubeconfigFor } from './kubeconfig-for.js';

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
 * Returns the access of a connection in a form that old programs understand too: what plugins, auth providers and files
 * return stands in it as a token or a certificate. A token that expires is not renewed.
 *
 * @param name of the cluster in the inventory, for messages
 * @throws RolloutError `cluster-not-usable` where the kubeconfig relies on `tls-server-name`, which client-go knows since
 * 1.18 only
 */
export function portableAccess({ proxyUrl, ...direct }: Connection, name: string): PortableAccess {
  if (direct.tlsServerName !== undefined) {
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
  return { kubeconfig: kubeconfigFor(direct, name), env: proxyOf(direct.server, proxyUrl) };
}

/** NO_PROXY is not passed on: the worker has decided already. */
function proxyOf(server: string, proxyUrl: string | undefined): Record<string, string> {
  if (proxyUrl === undefined) return {};
  return server.startsWith('http:') ? { HTTP_PROXY: proxyUrl } : { HTTPS_PROXY: proxyUrl };
}
