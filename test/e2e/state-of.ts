import type { LabCluster } from '../../lab/lab.js';
import { endState } from './end-state.js';
import type { Fleet } from './fleet.js';

/**
 * Returns the {@link endState} of a cluster of a fleet, with words for the names and addresses that the fleet has of its
 * own, so that clusters of two fleets can be compared.
 */
export async function stateOf(fleet: Fleet, cluster: LabCluster): Promise<Record<string, unknown>> {
  const pods = await fleet.primary.api.get<{ items: { status: { podIP: string } }[] }>(
    '/api/v1/namespaces/istio-system/pods?labelSelector=app%3Distiod',
  );
  const words = new Map([
    [cluster.name, 'the-cluster'],
    [fleet.primary.name, 'the-hub'],
    [fleet.mesh, 'the-mesh'],
    ...pods.items.map(({ status }) => [status.podIP, 'address-of-istiod'] as const),
  ]);
  return await endState(cluster, words);
}
