import { load } from 'js-yaml';
import { isMap } from '../../base/is-map.js';

/** What the kubeconfig of a remote secret says, in its current context. Each may be missing: anybody may have written it. */
export interface KubeconfigAccess {
  readonly server?: string | undefined;
  /** base64 */
  readonly certificateAuthorityData?: string | undefined;
  readonly tlsServerName?: string | undefined;
  readonly proxyURL?: string | undefined;
  readonly token?: string | undefined;
}

/** Reads the current context of a kubeconfig; nothing where the text is no kubeconfig. */
export function readKubeconfig(text: string): KubeconfigAccess {
  let config: unknown;
  try {
    config = load(text);
  } catch {
    return {};
  }
  const context = entry(config, 'contexts', field(config, 'current-context'), 'context');
  const cluster = entry(config, 'clusters', field(context, 'cluster'), 'cluster');
  const user = entry(config, 'users', field(context, 'user'), 'user');
  return {
    server: textOf(cluster, 'server'),
    certificateAuthorityData: textOf(cluster, 'certificate-authority-data'),
    tlsServerName: textOf(cluster, 'tls-server-name'),
    proxyURL: textOf(cluster, 'proxy-url'),
    token: textOf(user, 'token'),
  };
}

/** What a named entry of a list holds under a key. */
function entry(config: unknown, list: string, name: unknown, key: string): unknown {
  const entries = field(config, list);
  const found = Array.isArray(entries) ? entries.find((each) => field(each, 'name') === name) : undefined;
  return field(found, key);
}

function field(map: unknown, key: string): unknown {
  return isMap(map) ? map[key] : undefined;
}

function textOf(map: unknown, key: string): string | undefined {
  const value = field(map, key);
  return typeof value === 'string' ? value : undefined;
}
