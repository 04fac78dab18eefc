import { randomBytes } from 'node:crypto';
import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import type { KubernetesObject } from '../../kubernetes/client/objects.js';
import { ClusterError } from '../../kubernetes/errors/cluster-error.js';
import { MANAGED_BY } from '../../rollout/names.js';
import { RolloutError } from '../../rollout/rollout-error.js';

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

/** What a probe of a namespace showed. */
export type ProbeVerdict =
  /** The Pod came back with the sidecar of this cluster. */
  | { readonly verdict: 'injected' }
  /** With a sidecar the Pod is refused, without one it is allowed: nothing could be created there any more. */
  | { readonly verdict: 'refused'; readonly reason: string }
  /** The Pod is refused with and without a sidecar, so that nothing is shown. */
  | { readonly verdict: 'unproven'; readonly reason: string };

/** Which Pod is tried. */
export interface Probe {
  readonly namespace: string;
  /** Name of the cluster in the mesh. */
  readonly cluster: string;
  /** Labels by which the Pod asks for a sidecar; none where the namespace asks. */
  readonly labels: Readonly<Record<string, string>>;
}

/** The API server waits 10 s for a webhook; its answer says more than silence. */
const TIMEOUT_MS = 20_000;

/** By this label a Pod says on its own whether it wants a sidecar (istio 1.31, pkg/kube/inject/inject.go). */
const INJECT = 'sidecar.istio.io/inject';

/** Names of webhooks that ask istiod: those of the charts, and the project's trial. */
const INJECTOR = /sidecar-injector\.istio\.io|injection-trial\.mesh-rollout\.dev/;

/** Returns the labels by which a Pod in a namespace without labels asks a revision for a sidecar. */
export function askingLabels(revision: string): Record<string, string> {
  return revision === 'default' ? { [INJECT]: 'true' } : { 'istio.io/rev': revision };
}

/**
 * Creates a Pod in a namespace as a server-side dry run: the API server calls the injector and all other admission, and
 * stores nothing. Where something refuses the Pod, the same Pod is tried without a sidecar, so that it shows whether the
 * sidecar is the reason.
 *
 * @throws RolloutError `injection-missing` when the Pod came back without a sidecar, when it carries the name of another
 * cluster, or when the injector could not be called; `namespace-not-ready`; `permission-denied` when the credentials may
 * not create Pods
 */
export async function probeInjection(
  remote: ClusterClient,
  { namespace, cluster, labels }: Probe,
  signal: AbortSignal,
): Promise<ProbeVerdict> {
  const refusal = await tryPod(remote, namespace, labels, signal, (pod) =>
    judgePod(pod.spec, namespace, cluster),
  );
  if (refusal === undefined) return { verdict: 'injected' };
  judgeRefusal(refusal, namespace, cluster);
  const without = await tryPod(remote, namespace, { [INJECT]: 'false' }, signal, () => {});
  if (without === undefined) return { verdict: 'refused', reason: refusal.message };
  judgeRefusal(without, namespace, cluster);
  return { verdict: 'unproven', reason: without.message };
}

/** Creates a Pod as a dry run, and hands it to `judge`; returns the error when it was refused. */
async function tryPod(
  remote: ClusterClient,
  namespace: string,
  labels: Readonly<Record<string, string>>,
  signal: AbortSignal,
  judge: (pod: ProbePod) => void,
): Promise<ClusterError | undefined> {
  const options = { fieldManager: MANAGED_BY, dryRun: true, timeoutMs: TIMEOUT_MS, signal };
  let pod: ProbePod;
  try {
    pod = (await remote.create(probePod(namespace, labels), options)) as ProbePod;
  } catch (error) {
    if (error instanceof ClusterError) return error;
    throw error;
  }
  judge(pod);
  return undefined;
}

/** @throws RolloutError `injection-missing` unless the Pod carries the sidecar of the cluster */
export function judgePod(spec: PodSpec, namespace: string, cluster: string): void {
  const proxy = findProxy(spec);
  if (proxy === undefined) {
    throw missing(cluster, `a probe Pod in namespace ${namespace} came back without istio-proxy`);
  }
  const id = proxy.env?.find(({ name }) => name === 'ISTIO_META_CLUSTER_ID')?.value;
  if (id === cluster) return;
  throw missing(
    cluster,
    `the sidecar of a probe Pod in namespace ${namespace} takes the cluster for ${id ?? 'none'}`,
  );
}

/**
 * Throws unless a policy has refused the Pod: pod security, a quota, a limit range, an admission policy or another webhook.
 * The API server names a webhook that it could not call, and one that refused.
 */
export function judgeRefusal(error: ClusterError, namespace: string, cluster: string): void {
  const { code, message, status } = error;
  if (INJECTOR.test(message) && status !== undefined && status >= 400) {
    throw missing(cluster, `the injector does not work for namespace ${namespace}: ${message}`, error);
  }
  if (status === 404) {
    throw new RolloutError('namespace-not-ready', `namespace ${namespace} does not exist`, { cluster });
  }
  if (code !== 'request-rejected') throw error;
}

/** Returns the sidecar of a Pod: a container, or an init container that keeps running where sidecars are native. */
export function findProxy({ containers = [], initContainers = [] }: PodSpec): Container | undefined {
  return [...containers, ...initContainers].find(({ name }) => name === 'istio-proxy');
}

/**
 * A Pod that most policies allow: requests and limits, nothing that the level `restricted` forbids. It names no user:
 * OpenShift's restricted-v2 assigns each namespace a range of its own.
 */
function probePod(namespace: string, labels: Readonly<Record<string, string>>): KubernetesObject {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      namespace,
      name: `mesh-rollout-probe-${randomBytes(4).toString('hex')}`,
      labels: { app: 'mesh-rollout-probe', 'app.kubernetes.io/managed-by': MANAGED_BY, ...labels },
    },
    spec: {
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
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
