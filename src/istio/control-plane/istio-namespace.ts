import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import { type Namespace, readNamespace } from '../../kubernetes/facts/namespaces.js';
import { MANAGED_BY } from '../../rollout/names.js';
import { RolloutError } from '../../rollout/rollout-error.js';
import { namingObject } from '../apply/field-conflicts.js';

/** On the namespace of a remote: the clusters whose istiod may lead there (istio.io/api, annotation). */
const CONTROL_PLANES = 'topology.istio.io/controlPlaneClusters';
/** On the namespace of the primary: the mesh that owns it. */
export const MESH_ANNOTATION = 'mesh-rollout.dev/mesh';
const NETWORK = 'topology.istio.io/network';
const MANAGED_BY_LABEL = 'app.kubernetes.io/managed-by';

/** The istio namespace of one cluster of a mesh. */
export interface IstioNamespaceInput {
  readonly istioNamespace: string;
  readonly network: string;
  readonly mesh: string;
  readonly primary: string;
}

/**
 * Creates or completes the istio namespace of the primary, labelled with its network as `istioctl install` labels one
 * that it creates (istio 1.31, operator/pkg/util/k8s.go), annotated with the mesh that owns it.
 *
 * @returns true when it was created or changed
 * @throws RolloutError `preflight-blocked` when another mesh owns it; ClusterError `field-conflict` when someone else
 * has set another network
 */
export async function preparePrimaryNamespace(
  primary: ClusterClient,
  input: IstioNamespaceInput,
  signal: AbortSignal,
): Promise<boolean> {
  const { istioNamespace, network } = input;
  const live = await readUsable(primary, istioNamespace, signal);
  const annotations = ownerAnnotations(primary, live, input);
  return applyNamespace(primary, istioNamespace, live, { [NETWORK]: network }, annotations, signal);
}

/**
 * Creates or completes the istio namespace of a remote. The annotation lets the primary's istiod write its CA and root
 * certificate there. istiod reads it when it meets the remote secret, never again (istio 1.31,
 * pilot/pkg/serviceregistry/kube/controller/multicluster.go, checkShouldLead): so it comes first.
 *
 * @param move true when the user has accepted `attached-elsewhere`: another primary's annotation is replaced
 * @returns true when it was created or changed
 * @throws RolloutError `remote-taken` when another primary is annotated; ClusterError `field-conflict` when someone else
 * has set another network
 */
export async function prepareRemoteNamespace(
  remote: ClusterClient,
  input: IstioNamespaceInput,
  move: boolean,
  signal: AbortSignal,
): Promise<boolean> {
  const { istioNamespace, network } = input;
  const live = await readUsable(remote, istioNamespace, signal);
  const { annotations, isMoved } = leaderAnnotations(remote, live, input, move);
  return applyNamespace(remote, istioNamespace, live, { [NETWORK]: network }, annotations, signal, isMoved);
}

/**
 * Returns the annotation by which the namespace of a primary names the mesh that owns it.
 *
 * @throws RolloutError `preflight-blocked` when another mesh owns it
 */
export function ownerAnnotations(
  primary: ClusterClient,
  live: Namespace | undefined,
  { istioNamespace, mesh }: Pick<IstioNamespaceInput, 'istioNamespace' | 'mesh'>,
): Record<string, string> {
  const owner = live?.metadata.annotations?.[MESH_ANNOTATION];
  if (owner === undefined || owner === mesh) return { [MESH_ANNOTATION]: mesh };
  throw new RolloutError(
    'preflight-blocked',
    `namespace ${istioNamespace} belongs to mesh ${owner}, not ${mesh}`,
    {
      cluster: primary.name,
      action: 'Use the mesh name under which the primary was rolled out, or another primary.',
    },
  );
}

/**
 * Returns the annotation by which the namespace of a remote names the primary that leads there.
 *
 * @param move true when the user has accepted `attached-elsewhere`
 * @throws RolloutError `remote-taken` when another primary is annotated
 */
export function leaderAnnotations(
  remote: ClusterClient,
  live: Namespace | undefined,
  { istioNamespace, primary }: Pick<IstioNamespaceInput, 'istioNamespace' | 'primary'>,
  move: boolean,
): { annotations: Record<string, string>; isMoved: boolean } {
  const annotated = live?.metadata.annotations?.[CONTROL_PLANES];
  const others = otherControlPlanes(annotated, primary);
  if (others.length > 0 && !move) {
    throw new RolloutError(
      'remote-taken',
      `namespace ${istioNamespace} is annotated ${CONTROL_PLANES}=${annotated}: it was attached to ${others.join(', ')}`,
      { cluster: remote.name },
    );
  }
  // '*' lets every istiod lead, this one included; whoever wrote that meant it.
  const annotations: Record<string, string> = annotated === '*' ? {} : { [CONTROL_PLANES]: primary };
  return { annotations, isMoved: others.length > 0 };
}

/** Whether the istio namespace of a remote lets a primary's istiod lead there. */
export function isLedBy({ metadata }: Namespace, primary: string): boolean {
  const names = (metadata.annotations?.[CONTROL_PLANES] ?? '').split(',').map((name) => name.trim());
  return names.includes(primary) || names.includes('*');
}

/** Names of other primaries in the annotation, a list with commas. */
export function otherControlPlanes(annotation: string | undefined, primary: string): string[] {
  const names = (annotation ?? '').split(',').map((name) => name.trim());
  return names.filter((name) => name !== '' && name !== '*' && name !== primary);
}

/**
 * Reads Istio's namespace.
 *
 * @throws RolloutError `api-unavailable` while it is being deleted
 */
export async function readUsable(
  client: ClusterClient,
  name: string,
  signal: AbortSignal,
): Promise<Namespace | undefined> {
  const namespace = await readNamespace(client, name, { signal });
  if (namespace?.status?.phase === 'Terminating') {
    throw new RolloutError('api-unavailable', `namespace ${name} is being deleted`, { cluster: client.name });
  }
  return namespace;
}

/** A namespace that is ours, because we created it, says so; one that was there keeps its own label. */
async function applyNamespace(
  client: ClusterClient,
  name: string,
  live: Namespace | undefined,
  labels: Record<string, string>,
  annotations: Record<string, string>,
  signal: AbortSignal,
  force = false,
): Promise<boolean> {
  const ours = live === undefined || live.metadata.labels?.[MANAGED_BY_LABEL] === MANAGED_BY;
  const namespace = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      labels: { ...labels, ...(ours ? { [MANAGED_BY_LABEL]: MANAGED_BY } : {}) },
      annotations,
    },
  };
  const options = { fieldManager: MANAGED_BY, force, signal, previous: live ?? null };
  try {
    return (await client.apply(namespace, options)).changed;
  } catch (error) {
    throw namingObject(namespace, error);
  }
}
