import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import { objectPath } from '../../kubernetes/client/kinds.js';
import type { KubernetesObject } from '../../kubernetes/client/objects.js';
import { RolloutError } from '../../rollout/rollout-error.js';
import { SharedAnswers } from './shared-answers.js';

/** The ConfigMap with which istiod hands out its root certificate; a sidecar cannot start without it. */
const ROOT_CERTIFICATE = 'istio-ca-root-cert';
const KEY = 'root-cert.pem';

/** Every remote asks for the root of the mesh in several steps. */
const answers = new SharedAnswers();

/**
 * The root certificate of a mesh, PEM: what istiod wrote into its own namespace in the primary. istiod writes the same
 * bytes into the webhooks and namespaces of every remote that it leads (istio 1.31,
 * pilot/pkg/serviceregistry/kube/controller/multicluster.go, caBundleWatcher).
 *
 * @throws RolloutError `control-plane-not-ready` while istiod has not written it
 */
export async function readMeshRoot(
  primary: ClusterClient,
  istioNamespace: string,
  signal: AbortSignal,
): Promise<string> {
  const root = await answers.ask(primary, istioNamespace, () => readRoot(primary, istioNamespace), signal);
  if (root !== undefined) return root;
  throw new RolloutError(
    'control-plane-not-ready',
    `istiod has not written ConfigMap ${istioNamespace}/${ROOT_CERTIFICATE} in the primary yet`,
    { cluster: primary.name },
  );
}

/**
 * Makes sure that a namespace of a remote has the mesh's root certificate.
 *
 * @throws RolloutError `root-cert-missing` when it has none, or that of another mesh
 */
export async function checkRootCertificate(
  remote: ClusterClient,
  namespace: string,
  meshRoot: string,
  signal: AbortSignal,
): Promise<void> {
  const root = await readRoot(remote, namespace, signal);
  if (root?.trim() === meshRoot.trim()) return;
  const what =
    root === undefined
      ? 'is not there yet'
      : 'is that of another mesh: its istiod may still have a remote secret of this cluster';
  throw new RolloutError('root-cert-missing', `ConfigMap ${namespace}/${ROOT_CERTIFICATE} ${what}`, {
    cluster: remote.name,
  });
}

/** The root certificate in a namespace, PEM; undefined where there is none. */
export async function readRoot(
  client: ClusterClient,
  namespace: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const path = objectPath({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name: ROOT_CERTIFICATE });
  const map = await client.get<KubernetesObject & { data?: Record<string, string> }>(path, { signal });
  return map?.data?.[KEY];
}
