import { randomBytes } from 'node:crypto';
import type { ClusterClient } from '../kubernetes/cluster-client.js';
import { ClusterError } from '../kubernetes/cluster-error.js';
import type { KubernetesObject } from '../kubernetes/objects.js';
import { MANAGED_BY } from '../rollout/names.js';
import { RolloutError } from '../rollout/rollout-error.js';

interface Container {
  readonly name: string;
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
}

/** A Pod, as far as injection shows in it. */
export interface PodSpec {
  readonly containers?: readonly Container[];
  readonly initContainers?: readonly Container[];
}

interface ProbePod extends KubernetesObject {
  readonly spec: PodSpec;
}

/** What a probe showed. */
export type ProbeVerdict =
  | { readonly verdict: 'injected' }
  /** A policy refused the Pod before or without showing whether it was injected. */
  | { readonly verdict: 'unproven'; readonly reason: string };

/** The API server waits 10 s for a webhook; its answer tells more than silence. */
const TIMEOUT_MS = 20_000;

/** What the injector adds; the first two are in the way of the pod security levels `baseline` and `restricted`. */
const INJECTED_CONTAINERS = ['istio-init', 'istio-validation', 'istio-proxy'];

/**
 * Creates a Pod in a namespace as a server-side dry run: the API server calls the injector and all other admission, and
 * stores nothing. The Pod must come back with the sidecar of this cluster in this mesh.
 *
 * @param cluster name of the remote in the mesh
 * @throws RolloutError `injection-missing` when it came back without, when it carries the name of another cluster, or
 * when the injector could not be called; `namespace-not-ready`; `permission-denied` when the credentials may not create
 * Pods
 */
export async function probeInjection(
  remote: ClusterClient,
  namespace: string,
  cluster: string,
  signal: AbortSignal,
): Promise<ProbeVerdict> {
  try {
    const options = { fieldManager: MANAGED_BY, dryRun: true, timeoutMs: TIMEOUT_MS, signal };
    const pod = (await remote.create(probePod(namespace), options)) as ProbePod;
    return judgePod(pod.spec, namespace, cluster);
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    return judgeRefusal(error, namespace, cluster);
  }
}

/** Whether a Pod that came back carries the sidecar of the cluster. */
export function judgePod(spec: PodSpec, namespace: string, cluster: string): ProbeVerdict {
  const proxy = findProxy(spec);
  if (proxy === undefined) {
    throw missing(cluster, `a probe Pod in namespace ${namespace} came back without istio-proxy`);
  }
  const id = proxy.env?.find(({ name }) => name === 'ISTIO_META_CLUSTER_ID')?.value;
  if (id === cluster) return { verdict: 'injected' };
  throw missing(
    cluster,
    `the sidecar of a probe Pod in namespace ${namespace} takes the cluster for ${id ?? 'none'}`,
  );
}

/**
 * What a refused probe shows. Pod security that objects to a container of the injector proves that it was injected.
 * Quotas, limit ranges, admission policies and other webhooks prove nothing.
 */
export function judgeRefusal(error: ClusterError, namespace: string, cluster: string): ProbeVerdict {
  const { code, message, status } = error;
  // The API server names the webhook that it could not call; istiod's are all called so.
  if (status === 500 && message.includes('sidecar-injector.istio.io')) {
    throw missing(cluster, `the injector could not be called for namespace ${namespace}: ${message}`, error);
  }
  if (status === 404) {
    throw new RolloutError('namespace-not-ready', `namespace ${namespace} does not exist`, { cluster });
  }
  if (code !== 'request-rejected') throw error;
  const named = INJECTED_CONTAINERS.some((name) => new RegExp(`[^\\w-]${name}[^\\w-]`).test(message));
  return named && message.includes('PodSecurity')
    ? { verdict: 'injected' }
    : { verdict: 'unproven', reason: message };
}

/** The sidecar of a Pod: a container, or an init container that keeps running where sidecars are native. */
export function findProxy({ containers = [], initContainers = [] }: PodSpec): Container | undefined {
  return [...containers, ...initContainers].find(({ name }) => name === 'istio-proxy');
}

/** A Pod that most policies allow: requests and limits, nothing that the level `restricted` forbids. */
function probePod(namespace: string): KubernetesObject {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      namespace,
      name: `mesh-rollout-probe-${randomBytes(4).toString('hex')}`,
      labels: { app: 'mesh-rollout-probe', 'app.kubernetes.io/managed-by': MANAGED_BY },
    },
    spec: {
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 65_532, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'probe',
          image: 'registry.k8s.io/pause:3.10',
          resources: {
            requests: { cpu: '10m', memory: '16Mi' },
            limits: { cpu: '10m', memory: '16Mi' },
          },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
        },
      ],
    },
  };
  return pod;
}

function missing(cluster: string, message: string, cause?: unknown): RolloutError {
  return new RolloutError(
    'injection-missing',
    message,
    cause === undefined ? { cluster } : { cluster, cause },
  );
}
