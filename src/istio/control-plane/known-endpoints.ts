import { concurrently } from '../../base/concurrency/concurrently.js';
import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import { RolloutError } from '../../rollout/rollout-error.js';
import { type ControlPlane, readyControlPlanePods } from './control-plane-pods.js';
import { SharedAnswers } from './shared-answers.js';

/** istiod's HTTP port: debug pages and metrics. */
const DEBUG_PORT = 8080;
const CONCURRENCY = 4;
/** The answer names every endpoint of the mesh: many remotes look at one of them. */
const FRESH_MS = 5_000;

const answers = new SharedAnswers(FRESH_MS);

/**
 * Makes sure that every Ready istiod knows endpoints of a remote. Every cluster has one, that of its API server. That an
 * istiod says `synced` does not prove it: one of 1.30 said so for as long as it ran without any
 * (istio/istio issue 61043). `/debug/endpointShardz` is asked like `/debug/clusterz` (istio 1.31,
 * pilot/pkg/xds/debug.go).
 *
 * @returns how many istiod Pods know endpoints of the remote: all Ready ones
 * @throws RolloutError `not-synced` with the names of the others; `no-ready-endpoint`; ClusterError
 */
export async function checkEndpointsKnown(
  primary: ClusterClient,
  controlPlane: ControlPlane,
  cluster: string,
  signal: AbortSignal,
): Promise<number> {
  const { istioNamespace } = controlPlane;
  const pods = await readyControlPlanePods(primary, controlPlane, signal);
  const known = await concurrently(pods, CONCURRENCY, async ({ name }) => {
    const ask = () =>
      primary.getThroughPortForward(istioNamespace, name, DEBUG_PORT, '/debug/endpointShardz');
    const { status, body } = await answers.ask(primary, `${istioNamespace}/${name}`, ask, signal);
    return { name, isKnown: status === 200 && namesEndpointsOf(body, cluster) };
  });
  const behind = known.filter(({ isKnown }) => !isKnown).map(({ name }) => name);
  if (behind.length === 0) return pods.length;
  const message = `${behind.length} of ${pods.length} istiod know no endpoint of the remote: ${behind.join(', ')}`;
  throw new RolloutError('not-synced', message, { cluster });
}

/**
 * Whether an answer of `/debug/endpointShardz` has endpoints of a cluster. The text is searched and not parsed: in a large
 * mesh it has tens of MiB.
 *
 * @param cluster a DNS label, so that it stands in JSON as it is
 */
export function namesEndpointsOf(answer: string, cluster: string): boolean {
  return new RegExp(`"[^"]*/${cluster}":\\s*\\[\\s*\\{`).test(answer);
}
