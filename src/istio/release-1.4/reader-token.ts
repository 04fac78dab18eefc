import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import { objectPath } from '../../kubernetes/client/kinds.js';
import type { KubernetesObject } from '../../kubernetes/client/objects.js';
import { mapsOf, textOf } from '../../kubernetes/client/untrusted.js';
import { RolloutError } from '../../rollout/rollout-error.js';
import type { ReaderToken } from '../access/reader-token.js';

/** The accounts with which pilot reads a remote, by the installer that makes them. */
export const READERS = { istioctl: 'istio-reader-service-account', helm: 'istio-multi' } as const;

const TOKEN_TYPE = 'kubernetes.io/service-account-token';

interface ServiceAccount extends KubernetesObject {
  readonly secrets?: unknown;
}

interface TokenSecret extends KubernetesObject {
  readonly type?: string;
  /** base64 */
  readonly data?: Readonly<Record<string, string>>;
}

/**
 * Returns the token of pilot's account in a remote, and the CA of its API server. Kubernetes before 1.24 makes a Secret with
 * both for every account and lists it in the account; the guide reads the same one.
 *
 * @param account one of {@link READERS}
 * @throws RolloutError `token-not-issued` until the token controller has filled the Secret
 */
export async function readAccountToken(
  remote: ClusterClient,
  istioNamespace: string,
  account: string,
  signal: AbortSignal,
): Promise<ReaderToken> {
  const reference = { apiVersion: 'v1', kind: 'ServiceAccount', namespace: istioNamespace, name: account };
  const live = await remote.get<ServiceAccount>(objectPath(reference), { signal });
  if (live === undefined) throw notIssued(remote, account, `${istioNamespace}/${account} does not exist`);
  // Pull secrets may be listed too.
  for (const name of mapsOf(live.secrets).map((secret) => textOf(secret.name))) {
    const path = objectPath({ apiVersion: 'v1', kind: 'Secret', namespace: istioNamespace, name });
    const secret = name === '' ? undefined : await remote.get<TokenSecret>(path, { signal });
    const { token, 'ca.crt': ca } = secret?.data ?? {};
    if (secret?.type === TOKEN_TYPE && token && ca) return { ca: decode(ca), token: decode(token) };
  }
  throw notIssued(remote, account, `${istioNamespace}/${account} lists no Secret with a token`);
}

function notIssued({ name: cluster }: ClusterClient, account: string, why: string): RolloutError {
  return new RolloutError('token-not-issued', `ServiceAccount ${why}`, {
    cluster,
    action: `Nothing: the token of ${account} is waited for. Look at the kube-controller-manager of the remote if it lasts.`,
  });
}

function decode(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8');
}
