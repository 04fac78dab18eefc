import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import type { Pod } from '../../kubernetes/facts/pod-problem.js';
import { findProxy, type PodSpec } from './injection-probe.js';

type RunningPod = Pod & { readonly spec: PodSpec & { readonly hostNetwork?: boolean } };

const INJECT = 'sidecar.istio.io/inject';

/**
 * Counts running Pods of a namespace that have no sidecar though new ones would get it: they started before the
 * namespace was labelled. Pods that want none, or cannot have one (host network), do not count.
 */
export async function countPodsWithoutSidecar(
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
