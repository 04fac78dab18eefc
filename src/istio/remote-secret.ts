import type { ClusterClient } from '../kubernetes/cluster-client.js';
import { collectionPath, objectPath } from '../kubernetes/kinds.js';
import { METADATA_LIST_ONLY } from '../kubernetes/metadata-only.js';
import type { KubernetesObject } from '../kubernetes/objects.js';
import { MANAGED_BY } from '../rollout/names.js';
import { RolloutError } from '../rollout/rollout-error.js';
import { givesAccess, kubeconfigOf, type RemoteAccess } from './remote-access.js';
import { SharedAnswers } from './shared-answers.js';

/**
 * The remote secret: a Secret in the primary with which istiod reads a remote, as `istioctl create-remote-secret` makes
 * it (istio 1.31, istioctl/pkg/multicluster/remote_secret.go).
 */

const CLUSTER_ANNOTATION = 'networking.istio.io/cluster';
const MULTICLUSTER_LABEL = 'istio/multiCluster';

export interface RemoteSecret extends KubernetesObject {
  /** base64 */
  readonly data?: Readonly<Record<string, string>>;
}

/** The name of a cluster's remote secret. */
export function remoteSecretName(cluster: string): string {
  return `istio-remote-secret-${cluster}`;
}

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
 * Writes the remote secret of a cluster. One that is there is replaced in place: istiod builds the cluster anew beside
 * the old one and swaps them when the new one has synced, so that no endpoint is lost (istio 1.31,
 * pkg/kube/multicluster/secretcontroller.go; deleting would drop them all).
 *
 * @returns true when it was created or changed
 * @throws RolloutError `field-conflict` when another Secret registers the cluster: istiod would ignore this one
 */
export async function writeRemoteSecret(
  primary: ClusterClient,
  namespace: string,
  access: RemoteAccess,
  signal: AbortSignal,
): Promise<boolean> {
  await refuseSecondRegistration(primary, namespace, access.cluster, signal);
  return applySecret(primary, namespace, access.cluster, kubeconfigOf(access), signal);
}

/**
 * Makes istiod read a remote anew, though nothing has changed: it looks at the annotation of the remote's namespace only
 * when it builds the cluster, and it builds it when the text of the kubeconfig changes. A comment is enough.
 */
export async function touchRemoteSecret(
  primary: ClusterClient,
  namespace: string,
  access: RemoteAccess,
  signal: AbortSignal,
): Promise<void> {
  const comment = `# read again since ${new Date().toISOString()}\n`;
  await applySecret(primary, namespace, access.cluster, kubeconfigOf(access) + comment, signal);
}

async function applySecret(
  primary: ClusterClient,
  namespace: string,
  cluster: string,
  kubeconfig: string,
  signal: AbortSignal,
): Promise<boolean> {
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      namespace,
      name: remoteSecretName(cluster),
      labels: { [MULTICLUSTER_LABEL]: 'true', 'app.kubernetes.io/managed-by': MANAGED_BY },
      annotations: { [CLUSTER_ANNOTATION]: cluster },
    },
    data: { [cluster]: Buffer.from(kubeconfig).toString('base64') },
  };
  // A token that was renewed must replace the old one, also where kubectl wrote that.
  return (await primary.apply(secret, { fieldManager: MANAGED_BY, force: true, signal })).changed;
}

/** One list serves all remotes that are registered at the same time: with hundreds of them it is long. */
const answers = new SharedAnswers();

/** Only metadata travels: of hundreds of kubeconfigs nobody needs the text here. */
function listRemoteSecrets(primary: ClusterClient, namespace: string): Promise<KubernetesObject[]> {
  const query = { labelSelector: `${MULTICLUSTER_LABEL}=true` };
  return primary.list(collectionPath('v1', 'Secret', namespace), { query, accept: METADATA_LIST_ONLY });
}

async function refuseSecondRegistration(
  primary: ClusterClient,
  namespace: string,
  cluster: string,
  signal: AbortSignal,
): Promise<void> {
  const isOther = ({ metadata }: KubernetesObject) =>
    metadata.name !== remoteSecretName(cluster) && metadata.annotations?.[CLUSTER_ANNOTATION] === cluster;
  const list = () => listRemoteSecrets(primary, namespace);
  const shared = await answers.ask(primary, namespace, list, signal);
  // A person may just have deleted it: what is refused is looked at anew.
  const other = shared.some(isOther) ? (await list()).find(isOther) : undefined;
  if (other === undefined) return;
  throw new RolloutError(
    'field-conflict',
    `Secret ${namespace}/${other.metadata.name} of the primary registers ${cluster} already, and istiod takes only one`,
    { cluster, action: 'Delete that Secret from the primary, then retry the cluster.' },
  );
}
