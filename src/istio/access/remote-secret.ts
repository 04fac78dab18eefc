import { pause } from '../../base/concurrency/pause.js';
import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import { objectPath } from '../../kubernetes/client/kinds.js';
import { MANAGED_BY } from '../../rollout/names.js';
import { RELEASES } from '../../rollout/releases.js';
import { RolloutError } from '../../rollout/rollout-error.js';
import {
  CLUSTER_ANNOTATION,
  MULTICLUSTER_LABEL,
  type RemoteSecret,
  remoteSecretFor,
  remoteSecretName,
} from './registration.js';
import { findOtherRegistrations } from './registrations.js';
import { givesAccess, kubeconfigOf, type RemoteAccess } from './remote-access.js';

/** istiod hears of a change of a Secret within a second. */
const NOTICED_WITHIN_MS = 3_000;

/**
 * The remote secret: a Secret in the primary with which istiod reads a remote, as `istioctl create-remote-secret` makes
 * it (istio 1.31, istioctl/pkg/multicluster/remote_secret.go).
 */

// Who plans a registration asks for the name of the Secret too.
export { remoteSecretName } from './registration.js';

/** The remote secret of a cluster, or undefined. */
export function readRemoteSecret(
  primary: ClusterClient,
  namespace: string,
  cluster: string,
  signal: AbortSignal,
): Promise<RemoteSecret | undefined> {
  const reference = { apiVersion: 'v1', kind: 'Secret', namespace, name: remoteSecretName(cluster) };
  return primary.get<RemoteSecret>(objectPath(reference), { signal });
}

/** Whether the primary has a remote secret that gives this very access, whoever made it. */
export async function isRegistered(
  primary: ClusterClient,
  namespace: string,
  access: RemoteAccess,
  signal: AbortSignal,
): Promise<boolean> {
  const { cluster } = access;
  const live = await readRemoteSecret(primary, namespace, cluster, signal);
  const kubeconfig = live?.data?.[cluster];
  return (
    live?.metadata.labels?.[MULTICLUSTER_LABEL] === 'true' &&
    live.metadata.annotations?.[CLUSTER_ANNOTATION] === cluster &&
    kubeconfig !== undefined &&
    givesAccess(Buffer.from(kubeconfig, 'base64').toString('utf8'), access)
  );
}

/**
 * Writes the remote secret of a cluster. An existing one is changed in place where the release allows it: istiod builds the
 * cluster again beside the old one and swaps them when the new one has synced, so that no endpoint is lost (istio 1.31,
 * pkg/kube/multicluster/secretcontroller.go; deleting drops them all). Otherwise istiod is made to
 * forget the remote first, which costs the mesh the remote's endpoints for some seconds, and not for good.
 *
 * @param release minor of Istio
 * @returns true when it was created or changed
 * @throws RolloutError `field-conflict` when another Secret registers the cluster: under its name, so that istiod would
 * ignore this one, or under another name, so that istiod would read the cluster twice
 */
export async function writeRemoteSecret(
  primary: ClusterClient,
  namespace: string,
  access: RemoteAccess,
  release: string,
  signal: AbortSignal,
): Promise<boolean> {
  await refuseSecondRegistration(primary, namespace, access, signal);
  if (!rewritesInPlace(release)) await hideSecret(primary, namespace, access.cluster, signal);
  return applySecret(primary, namespace, access, kubeconfigOf(access), signal);
}

/**
 * Makes istiod read a remote again, though nothing has changed: it looks at the annotation of the remote's namespace only
 * when it builds the cluster, and it builds it when the text of the kubeconfig changes. A comment is enough.
 *
 * @param release minor of Istio
 */
export async function touchRemoteSecret(
  primary: ClusterClient,
  namespace: string,
  access: RemoteAccess,
  release: string,
  signal: AbortSignal,
): Promise<void> {
  if (!rewritesInPlace(release)) await hideSecret(primary, namespace, access.cluster, signal);
  const comment = `# read again since ${new Date().toISOString()}\n`;
  await applySecret(primary, namespace, access, kubeconfigOf(access) + comment, signal);
}

function rewritesInPlace(release: string): boolean {
  return RELEASES[release]?.rewritesSecretsInPlace ?? true;
}

/**
 * Takes a remote secret out of istiod's sight, which makes istiod forget the remote: without its label it is none. Two
 * changes at once would be one for istiod, so that the second one waits.
 */
async function hideSecret(
  primary: ClusterClient,
  namespace: string,
  cluster: string,
  signal: AbortSignal,
): Promise<void> {
  const live = await readRemoteSecret(primary, namespace, cluster, signal);
  if (live?.metadata.labels?.[MULTICLUSTER_LABEL] !== 'true') return;
  const path = objectPath({ apiVersion: 'v1', kind: 'Secret', namespace, name: remoteSecretName(cluster) });
  const hidden = { metadata: { labels: { [MULTICLUSTER_LABEL]: null } } };
  await primary.patch(path, hidden, { fieldManager: MANAGED_BY, signal });
  await pause(NOTICED_WITHIN_MS, signal);
}

async function applySecret(
  primary: ClusterClient,
  namespace: string,
  access: RemoteAccess,
  kubeconfig: string,
  signal: AbortSignal,
): Promise<boolean> {
  const secret = remoteSecretFor(namespace, access, kubeconfig);
  // A token that was renewed must replace the old one, also where kubectl wrote that.
  return (await primary.apply(secret, { fieldManager: MANAGED_BY, force: true, signal })).changed;
}

/** @throws RolloutError `field-conflict` when another remote secret registers the cluster */
export async function refuseSecondRegistration(
  primary: ClusterClient,
  namespace: string,
  { cluster, server, token }: RemoteAccess,
  signal: AbortSignal,
): Promise<void> {
  const [other] = await findOtherRegistrations(primary, namespace, cluster, server, token, signal);
  if (other === undefined) return;
  const secret = `Secret ${namespace}/${other.secret} of the primary`;
  if (other.by === 'name') {
    const message = `${secret} registers ${cluster} already, and istiod takes only one`;
    const action = 'Delete that Secret from the primary, then retry the cluster.';
    throw new RolloutError('field-conflict', message, { cluster, action });
  }
  const evidence = other.by === 'server' ? `its server is ${server} too` : 'it holds the same token';
  throw new RolloutError(
    'field-conflict',
    `${secret} registers this cluster under the name ${other.cluster} (${evidence}), so that istiod would read the cluster twice`,
    {
      cluster,
      action: `If ${other.cluster} is an old name of the cluster, delete that Secret from the primary; otherwise correct the kubeconfig and apiServer of the cluster in the inventory. Then retry the cluster.`,
    },
  );
}
