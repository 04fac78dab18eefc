import { createHash } from 'node:crypto';
import { appliedFields } from '../../kubernetes/client/managed-fields.js';
import type { KubernetesObject, ObjectMetadata } from '../../kubernetes/client/objects.js';
import { MANAGED_BY } from '../../rollout/names.js';
import { readKubeconfig } from './kubeconfig-access.js';

/** `true` on every remote secret. */
export const MULTICLUSTER_LABEL = 'istio/multiCluster';
/** The cluster name that `istioctl create-remote-secret` writes into a remote secret. */
export const CLUSTER_ANNOTATION = 'networking.istio.io/cluster';
/** What is in a remote secret of ours, so that nobody needs to read it: the server, and the SHA-256 of the token. */
const SERVER_ANNOTATION = 'mesh-rollout.dev/server';
const TOKEN_ANNOTATION = 'mesh-rollout.dev/token-sha256';

/** A remote secret: a Secret in the primary with which istiod reads remotes. */
export interface RemoteSecret extends KubernetesObject {
  /** Kubeconfigs in base64, by the name of the cluster. */
  readonly data?: Readonly<Record<string, string>>;
}

/** One cluster in one remote secret. Holds no credential. */
export interface Registration {
  /** Name of the Secret. */
  readonly secret: string;
  readonly cluster: string;
  /** Normalised; undefined where a proxy or the name in TLS decides which cluster answers there. */
  readonly server: string | undefined;
  readonly tokenDigest: string | undefined;
}

/** The name of a cluster's remote secret. */
export function remoteSecretName(cluster: string): string {
  return `istio-remote-secret-${cluster}`;
}

/**
 * Returns the remote secret of a cluster.
 *
 * @param kubeconfig with which the control plane reads the cluster
 */
export function remoteSecretFor(
  namespace: string,
  { cluster, server, token }: { readonly cluster: string; readonly server: string; readonly token: string },
  kubeconfig: string,
): RemoteSecret {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      namespace,
      name: remoteSecretName(cluster),
      labels: { [MULTICLUSTER_LABEL]: 'true', 'app.kubernetes.io/managed-by': MANAGED_BY },
      annotations: registrationAnnotations(cluster, server, token),
    },
    data: { [cluster]: Buffer.from(kubeconfig).toString('base64') },
  };
}

/** The annotations of a remote secret of ours. They hold no credential. */
export function registrationAnnotations(
  cluster: string,
  server: string,
  token: string,
): Record<string, string> {
  return {
    [CLUSTER_ANNOTATION]: cluster,
    [SERVER_ANNOTATION]: server,
    [TOKEN_ANNOTATION]: tokenDigest(token),
  };
}

/**
 * What a remote secret of ours registers, by its annotations; undefined where it is not ours, or where somebody has written
 * to it since.
 */
export function ownRegistration(metadata: ObjectMetadata): Registration | undefined {
  const { name: secret, annotations = {} } = metadata;
  const cluster = annotations[CLUSTER_ANNOTATION];
  const server = annotations[SERVER_ANNOTATION];
  const token = annotations[TOKEN_ANNOTATION];
  if (cluster === undefined || server === undefined || token === undefined) return undefined;
  const [owned] = appliedFields(metadata, MANAGED_BY) as readonly {
    readonly 'f:data'?: object;
    readonly 'f:metadata'?: { readonly 'f:annotations'?: object };
  }[];
  const isUntouched =
    `f:${cluster}` in (owned?.['f:data'] ?? {}) &&
    [SERVER_ANNOTATION, TOKEN_ANNOTATION].every(
      (key) => `f:${key}` in (owned?.['f:metadata']?.['f:annotations'] ?? {}),
    );
  return isUntouched ? { secret, cluster, server: normalisedServer(server), tokenDigest: token } : undefined;
}

/** What a remote secret registers, by its kubeconfigs: istiod takes each key of the data for the name of a cluster. */
export function registrationsIn({ metadata, data = {} }: RemoteSecret): Registration[] {
  return Object.entries(data).map(([cluster, kubeconfig]) => {
    const text = Buffer.from(kubeconfig, 'base64').toString('utf8');
    const { server, token, proxyURL, tlsServerName } = readKubeconfig(text);
    const isDirect = proxyURL === undefined && tlsServerName === undefined;
    return {
      secret: metadata.name,
      cluster,
      server: server !== undefined && isDirect ? normalisedServer(server) : undefined,
      tokenDigest: token === undefined ? undefined : tokenDigest(token),
    };
  });
}

/** One spelling of a URL: the host in small letters, without the default port and the last slash. */
export function normalisedServer(server: string): string {
  return URL.canParse(server) ? new URL(server).href.replace(/\/$/, '') : server;
}

/** What a token is recognised by where the token itself must not be kept. */
export function tokenDigest(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
