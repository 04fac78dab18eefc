import { concurrently } from '../../base/concurrency/concurrently.js';
import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import type { ForwardedAnswer } from '../../kubernetes/connection/port-forward/port-forward.js';
import { RolloutError } from '../../rollout/rollout-error.js';
import { type ControlPlane, type ControlPlanePod, readyControlPlanePods } from './control-plane-pods.js';
import { SharedAnswers } from './shared-answers.js';

/** One cluster as an istiod sees it (istio 1.31, pkg/cluster, DebugInfo). */
interface ClusterStatus {
  readonly id: string;
  /** `synced`, `syncing`, `timeout` or `closed`. */
  readonly syncStatus: string;
}

/** istiod's HTTP port: debug pages and metrics. */
const DEBUG_PORT = 8080;
/** A rollout over hundreds of remotes asks a handful of Pods; each answer is a connection through two servers. */
const CONCURRENCY = 4;

/**
 * Asks every Ready istiod whether it has synced with a remote. `/debug/clusterz` answers callers on localhost without a
 * token, so it is asked by port-forward, as `istioctl remote-clusters` does (istio 1.31, pilot/pkg/xds/debug.go,
 * allowAuthenticatedOrLocalhost).
 *
 * @returns the Ready Pods of istiod; all of them say `synced`
 * @throws RolloutError `not-synced` with what the others say; `no-ready-endpoint`; ClusterError
 */
export async function checkSynced(
  primary: ClusterClient,
  controlPlane: ControlPlane,
  cluster: string,
  signal: AbortSignal,
): Promise<ControlPlanePod[]> {
  const pods = await readyControlPlanePods(primary, controlPlane, signal);
  const statuses = await concurrently(pods, CONCURRENCY, async ({ name }) => {
    const answer = await askIstiod(primary, controlPlane.istioNamespace, name, signal);
    const status = answer.status === 200 ? syncStatusOf(answer.body, cluster) : `HTTP ${answer.status}`;
    return { name, status };
  });
  const behind = statuses.filter(({ status }) => status !== 'synced');
  if (behind.length === 0) return pods;
  const words = behind.map(({ name, status }) => `${name} says ${status}`).join(', ');
  throw new RolloutError(
    'not-synced',
    `${behind.length} of ${pods.length} istiod have not synced: ${words}`,
    {
      cluster,
    },
  );
}

/** One answer tells about all remotes. */
const answers = new SharedAnswers();

function askIstiod(
  primary: ClusterClient,
  namespace: string,
  pod: string,
  signal: AbortSignal,
): Promise<ForwardedAnswer> {
  const question = () => primary.getThroughPortForward(namespace, pod, DEBUG_PORT, '/debug/clusterz');
  return answers.ask(primary, `${namespace}/${pod}`, question, signal);
}

/** The status of a cluster in an answer of `/debug/clusterz`: `unknown` when istiod does not know the cluster. */
export function syncStatusOf(answer: string, cluster: string): string {
  let clusters: unknown;
  try {
    clusters = JSON.parse(answer);
  } catch {
    return 'something that is not JSON';
  }
  const list = Array.isArray(clusters) ? (clusters as Partial<ClusterStatus>[]) : [];
  return list.find(({ id }) => id === cluster)?.syncStatus ?? 'unknown';
}
