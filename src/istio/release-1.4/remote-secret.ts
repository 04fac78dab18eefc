import { pause } from '../../base/concurrency/pause.js';
import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import { objectPath } from '../../kubernetes/client/kinds.js';
import { MANAGED_BY } from '../../rollout/names.js';
import {
  MULTICLUSTER_LABEL,
  type RemoteSecret,
  remoteSecretFor,
  remoteSecretName,
} from '../access/registration.js';
import { givesAccess, kubeconfigOf, type RemoteAccess } from '../access/remote-access.js';
import { refuseSecondRegistration } from '../access/remote-secret.js';

/**
 * Pilot 1.4 looks at a Secret when it appears and when it is gone, and ignores changes. It works through names, not
 * events: a Secret that is created again before pilot has looked counts as unchanged (istio 1.4.3,
 * pkg/kube/secretcontroller/secretcontroller.go, processItem and addMemberCluster). Pilot looks within about a second.
 */
const NOTICED_WITHIN_MS = 3_000;

/** Whether the primary has a remote secret that gives pilot this very access. */
export async function isRegistered(
  primary: ClusterClient,
  istioNamespace: string,
  access: RemoteAccess,
  signal: AbortSignal,
): Promise<boolean> {
  return givesThis(await readSecret(primary, istioNamespace, access.cluster, signal), access);
}

/**
 * Writes the remote secret of a cluster: the label by which pilot finds it, and a kubeconfig under the cluster's name. One
 * that gives another access is deleted, and created again when pilot has had time to notice.
 *
 * @param noticedWithinMs how long pilot gets to notice; 0 on a plan
 * @returns true when it was created or replaced
 * @throws RolloutError `field-conflict` when another Secret registers the cluster
 */
export async function writeRemoteSecret(
  primary: ClusterClient,
  istioNamespace: string,
  access: RemoteAccess,
  signal: AbortSignal,
  noticedWithinMs = NOTICED_WITHIN_MS,
): Promise<boolean> {
  const live = await readSecret(primary, istioNamespace, access.cluster, signal);
  if (givesThis(live, access)) return false;
  await refuseSecondRegistration(primary, istioNamespace, access, signal);
  await replace(primary, istioNamespace, access, live, noticedWithinMs, signal);
  return true;
}

/**
 * Deletes the remote secret and creates it again, though nothing in it has changed: pilot then reads the remote again. The
 * remedy where the live proof fails, because pilot gave up a remote that did not answer, or missed that a Secret was
 * replaced.
 *
 * @param noticedWithinMs how long pilot gets to notice
 */
export async function renewRemoteSecret(
  primary: ClusterClient,
  istioNamespace: string,
  access: RemoteAccess,
  signal: AbortSignal,
  noticedWithinMs = NOTICED_WITHIN_MS,
): Promise<void> {
  const live = await readSecret(primary, istioNamespace, access.cluster, signal);
  await replace(primary, istioNamespace, access, live, noticedWithinMs, signal);
}

async function replace(
  primary: ClusterClient,
  namespace: string,
  access: RemoteAccess,
  live: RemoteSecret | undefined,
  noticedWithinMs: number,
  signal: AbortSignal,
): Promise<void> {
  const { cluster } = access;
  if (live !== undefined) {
    const { uid } = live.metadata;
    await primary.delete(referenceOf(namespace, cluster), { ...(uid === undefined ? {} : { uid }), signal });
    await pause(noticedWithinMs, signal);
  }
  const secret = remoteSecretFor(namespace, access, kubeconfigOf(access));
  await primary.create(secret, { fieldManager: MANAGED_BY, signal });
}

function readSecret(
  primary: ClusterClient,
  namespace: string,
  cluster: string,
  signal: AbortSignal,
): Promise<RemoteSecret | undefined> {
  return primary.get<RemoteSecret>(objectPath(referenceOf(namespace, cluster)), { signal });
}

function referenceOf(namespace: string, cluster: string) {
  return { apiVersion: 'v1', kind: 'Secret', namespace, name: remoteSecretName(cluster) };
}

function givesThis(secret: RemoteSecret | undefined, access: RemoteAccess): boolean {
  const kubeconfig = secret?.data?.[access.cluster];
  return (
    secret?.metadata.labels?.[MULTICLUSTER_LABEL] === 'true' &&
    kubeconfig !== undefined &&
    givesAccess(Buffer.from(kubeconfig, 'base64').toString('utf8'), access)
  );
}
