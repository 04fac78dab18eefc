import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import {
  type NewestPods,
  readNewestPods,
  TEMPLATE_LABEL,
} from '../../kubernetes/facts/deployment-readiness.js';
import type { Pod } from '../../kubernetes/facts/pod-problem.js';
import { readControlPlaneDeployment } from './control-plane-deployment.js';
import type { ControlPlane } from './control-plane-pods.js';

/**
 * Pods of istiod that are about to go. A Pod that Kubernetes deletes is gone before anybody can point remotes elsewhere.
 * So while istiod is replaced, its old Pods stop counting a little before: when all new ones are Ready, and remotes have
 * had time to learn of both.
 */

/** Remotes hold old and new addresses for so long. Kubernetes keeps the old Pods for longer (`minReadySeconds`). */
const TOGETHER_MS = 5_000;

/** When all Pods of the newest version were first seen Ready, for each control plane of a primary. */
const completeSince = new WeakMap<
  ClusterClient,
  Map<string, { readonly template: string; readonly at: number }>
>();

/**
 * Returns the Pods that stay: all of them, or those of the newest version while older ones are about to go.
 *
 * @param ready the Ready Pods of istiod
 */
export async function stayingPods<P extends Pod>(
  primary: ClusterClient,
  controlPlane: ControlPlane,
  ready: readonly P[],
): Promise<readonly P[]> {
  const templateOf = ({ metadata }: P) => metadata.labels?.[TEMPLATE_LABEL];
  const isReplaced = new Set(ready.map(templateOf)).size > 1;
  const newest = isReplaced ? await readNewest(primary, controlPlane) : undefined;
  const template = completeFor(primary, controlPlane, newest) >= TOGETHER_MS ? newest?.template : undefined;
  return template === undefined ? ready : ready.filter((pod) => templateOf(pod) === template);
}

async function readNewest(
  primary: ClusterClient,
  controlPlane: ControlPlane,
): Promise<NewestPods | undefined> {
  const deployment = await readControlPlaneDeployment(primary, controlPlane);
  return deployment && (await readNewestPods(primary, deployment));
}

/** For how long, in milliseconds, all Pods of the newest version are known to be Ready. */
function completeFor(
  primary: ClusterClient,
  { istioNamespace, revision }: ControlPlane,
  newest: NewestPods | undefined,
): number {
  const known = completeSince.get(primary) ?? new Map<string, { template: string; at: number }>();
  completeSince.set(primary, known);
  const key = `${istioNamespace}/${revision}`;
  if (newest?.template === undefined || newest.ready < newest.wanted) {
    known.delete(key);
    return 0;
  }
  const since = known.get(key);
  if (since?.template === newest.template) return Date.now() - since.at;
  known.set(key, { template: newest.template, at: Date.now() });
  return 0;
}
