import { load } from 'js-yaml';
import type { ReaderToken } from './reader-token.js';

/** How istiod reaches a remote: what a remote secret says. */
export interface RemoteAccess extends ReaderToken {
  /** Name of the cluster in the mesh. */
  readonly cluster: string;
  /** URL of the API server. */
  readonly server: string;
}

/**
 * The kubeconfig of a remote secret, in the very text of `istioctl create-remote-secret` (istio 1.31,
 * istioctl/pkg/multicluster/remote_secret.go): istiod compares texts, and builds the cluster anew when they differ.
 */
export function kubeconfigOf({ cluster, server, ca, token }: RemoteAccess): string {
  return `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: ${Buffer.from(ca).toString('base64')}
    server: ${server}
  name: ${cluster}
contexts:
- context:
    cluster: ${cluster}
    user: ${cluster}
  name: ${cluster}
current-context: ${cluster}
kind: Config
users:
- name: ${cluster}
  user:
    token: ${token}
`;
}

interface Kubeconfig {
  readonly 'current-context'?: string;
  readonly contexts?: readonly Named<'context', { cluster?: string; user?: string }>[];
  readonly clusters?: readonly Named<'cluster', { server?: string; 'certificate-authority-data'?: string }>[];
  readonly users?: readonly Named<'user', { token?: string }>[];
}
type Named<Key extends string, Value> = { readonly name?: string } & { readonly [K in Key]?: Value };

/** Whether a kubeconfig gives the same access, however it is written; whoever wrote it. */
export function givesAccess(kubeconfig: string, { server, ca, token }: RemoteAccess): boolean {
  let parsed: Kubeconfig | undefined;
  try {
    parsed = load(kubeconfig) as Kubeconfig;
  } catch {
    return false;
  }
  const named = <T extends { readonly name?: string }>(
    list: readonly T[] | undefined,
    name: string | undefined,
  ) => (Array.isArray(list) ? list.find((entry) => entry.name === name) : undefined);
  const context = named(parsed?.contexts, parsed?.['current-context'])?.context;
  const cluster = named(parsed?.clusters, context?.cluster)?.cluster;
  const user = named(parsed?.users, context?.user)?.user;
  return (
    cluster?.server === server &&
    user?.token === token &&
    cluster['certificate-authority-data'] === Buffer.from(ca).toString('base64')
  );
}
