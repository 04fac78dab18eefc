import { concurrently } from '../../base/concurrency/concurrently.js';
import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import { readNamespace } from '../../kubernetes/facts/namespaces.js';
import type { Pod } from '../../kubernetes/facts/pod-problem.js';
import type { Finding } from '../../rollout/checks/findings.js';
import { FINDINGS } from '../../rollout/codes.js';
import { findProxy, type PodSpec } from './injection-probe.js';

type RunningPod = Pod & { readonly spec: PodSpec & { readonly hostNetwork?: boolean } };

const CONCURRENCY = 4;
const INJECT = 'sidecar.istio.io/inject';

/**
 * Counts running Pods of a namespace that have no sidecar though new ones would get it: they started before the
 * namespace was labelled. Pods that want none, or cannot have one (host network), do not count.
 */
async function countPodsWithoutSidecar(
  remote: ClusterClient,
  namespace: string,
  signal: AbortSignal,
): Promise<number> {
  const query = { fieldSelector: 'status.phase=Running' };
  const pods = await remote.list<RunningPod>(`/api/v1/namespaces/${namespace}/pods`, { query, signal });
  return pods.filter(lacksSidecar).length;
}

/** Whether a running Pod is one that a restart would give a sidecar. */
export function lacksSidecar({ metadata, spec }: RunningPod): boolean {
  if (metadata.deletionTimestamp !== undefined || spec.hostNetwork === true) return false;
  const wanted = metadata.labels?.[INJECT] ?? metadata.annotations?.[INJECT];
  return wanted !== 'false' && findProxy(spec) === undefined;
}

/**
 * Counts running Pods without a sidecar in several namespaces. One that does not exist has no Pods; on a plan that is a
 * finding already.
 *
 * @returns how many there are, and a finding for each namespace that has some
 */
export async function findPodsWithoutSidecar(
  remote: ClusterClient,
  names: readonly string[],
  signal: AbortSignal,
): Promise<{ pods: number; findings: Finding[] }> {
  const counts = await concurrently(names, CONCURRENCY, async (name) => {
    const exists = (await readNamespace(remote, name, { signal })) !== undefined;
    return { name, pods: exists ? await countPodsWithoutSidecar(remote, name, signal) : 0 };
  });
  return {
    pods: counts.reduce((sum, each) => sum + each.pods, 0),
    findings: counts.flatMap((count) => findingsOf(remote.name, count)),
  };
}

function findingsOf(cluster: string, { name, pods }: { name: string; pods: number }): Finding[] {
  if (pods === 0) return [];
  const code = 'pods-without-sidecar';
  const what = `${pods} running Pods have no sidecar`;
  const where = `Namespace ${name}`;
  return [{ code, severity: 'info', cluster, where, what, action: FINDINGS[code].action }];
}
