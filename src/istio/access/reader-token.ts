import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import { objectPath } from '../../kubernetes/client/kinds.js';
import type { KubernetesObject } from '../../kubernetes/client/objects.js';
import { MANAGED_BY } from '../../rollout/names.js';
import { RolloutError } from '../../rollout/rollout-error.js';
import { READER_TOKEN } from '../permissions/permissions.js';

/** The account of the charts with which istiod reads a remote. */
const READER = 'istio-reader-service-account';

const ACCOUNT_ANNOTATION = 'kubernetes.io/service-account.name';
const TOKEN_TYPE = 'kubernetes.io/service-account-token';

/** What istiod needs to reach a remote, beside the address. Never leaves the worker but for the remote secret. */
export interface ReaderToken {
  /** PEM, as the token controller of the remote gave it. */
  readonly ca: string;
  readonly token: string;
}

interface TokenSecret extends KubernetesObject {
  readonly type?: string;
  /** base64 */
  readonly data?: Readonly<Record<string, string>>;
}

/**
 * Makes sure that the remote has the Secret for the reader's token, as `istioctl create-remote-secret` makes it
 * (istio 1.31, istioctl/pkg/multicluster/remote_secret.go, getOrCreateServiceAccountSecret). One that is there is not
 * touched, whoever made it.
 *
 * @returns true when it was created
 * @throws RolloutError `field-conflict` when a Secret of that name is for something else
 */
export async function requestReaderToken(
  remote: ClusterClient,
  namespace: string,
  signal: AbortSignal,
): Promise<boolean> {
  const reference = { apiVersion: 'v1', kind: 'Secret', namespace, name: READER_TOKEN };
  const live = await remote.get<TokenSecret>(objectPath(reference), { signal });
  if (live === undefined) {
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        namespace,
        name: READER_TOKEN,
        labels: { 'app.kubernetes.io/managed-by': MANAGED_BY },
        annotations: { [ACCOUNT_ANNOTATION]: READER },
      },
      type: TOKEN_TYPE,
    };
    await remote.apply(secret, { fieldManager: MANAGED_BY, previous: null, signal });
    return true;
  }
  if (live.type === TOKEN_TYPE && live.metadata.annotations?.[ACCOUNT_ANNOTATION] === READER) return false;
  throw new RolloutError(
    'field-conflict',
    `Secret ${namespace}/${READER_TOKEN} is not for a token of ${READER}`,
    {
      cluster: remote.name,
      action: 'Delete that Secret, then retry the cluster.',
    },
  );
}

/**
 * The reader's token and the CA of the API server, once the token controller has filled them in.
 *
 * @throws RolloutError `token-not-issued` until then
 */
export async function readReaderToken(
  remote: ClusterClient,
  namespace: string,
  signal: AbortSignal,
): Promise<ReaderToken> {
  const path = objectPath({ apiVersion: 'v1', kind: 'Secret', namespace, name: READER_TOKEN });
  const secret = await remote.get<TokenSecret>(path, { signal });
  const { token, 'ca.crt': ca } = secret?.data ?? {};
  if (token && ca) return { ca: decode(ca), token: decode(token) };
  const missing = secret === undefined ? 'is not there' : 'holds no token';
  throw new RolloutError('token-not-issued', `Secret ${namespace}/${READER_TOKEN} ${missing}`, {
    cluster: remote.name,
  });
}

function decode(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8');
}
