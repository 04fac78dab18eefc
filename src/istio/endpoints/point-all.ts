import { concurrently } from '../../base/concurrency/concurrently.js';
import type { Clusters } from '../../kubernetes/connection/clusters.js';
import type { ClusterFailure } from '../../rollout/activities.js';
import type { ControlPlane } from '../control-plane/control-plane-pods.js';
import { clusterFailure } from '../steps/cluster-failure.js';
import { keepTrying } from '../steps/keep-trying.js';
import type { StepContext } from '../steps/step-context.js';
import type { ControlPlaneEndpoints, SettledEndpoints } from './control-plane-endpoints.js';

const CONCURRENCY = 25;

/** Which control plane remotes are pointed at. */
export interface PointedControlPlane extends ControlPlane {
  /** Name of the primary. */
  readonly primary: string;
}

/** How pointing several remotes has ended. */
export interface PointedRemotes {
  readonly pointed: readonly (SettledEndpoints & { readonly cluster: string })[];
  readonly failed: readonly ClusterFailure[];
}

/**
 * Points remotes at the Ready Pods of the control plane. A failure on one of them is a result.
 *
 * @param giveUpAt milliseconds since the epoch: after it nothing is tried again
 */
export async function pointAll(
  { clusters, endpoints }: { readonly clusters: Clusters; readonly endpoints: ControlPlaneEndpoints },
  controlPlane: PointedControlPlane,
  names: readonly string[],
  giveUpAt: number,
  step: StepContext,
): Promise<PointedRemotes> {
  const primary = await clusters.get(controlPlane.primary);
  let done = 0;
  const outcomes = await concurrently(names, CONCURRENCY, async (cluster) => {
    const point = async () => endpoints.settle(await clusters.get(cluster), primary, controlPlane, step);
    try {
      return { cluster, ...(await keepTrying(giveUpAt, step.signal, point)) };
    } catch (error) {
      step.signal.throwIfAborted();
      return { cluster, failure: clusterFailure(error, cluster) };
    } finally {
      done += 1;
      step.heartbeat(`pointed ${done} of ${names.length} remotes at the control plane`);
    }
  });
  return {
    pointed: outcomes.filter((outcome) => 'endpoints' in outcome),
    failed: outcomes.flatMap((outcome) => ('failure' in outcome ? [outcome.failure] : [])),
  };
}
