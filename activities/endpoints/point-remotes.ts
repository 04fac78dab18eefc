import { concurrently } from '../../src/base/concurrency/concurrently.js';
import type { Activities, ClusterFailure, EndpointsInput } from '../../src/rollout/activities.js';
import { defineActivity, type StepContext } from '../activity.js';
import { clusterFailure } from '../cluster-failure.js';
import type { ActivityDependencies } from '../dependencies.js';
import { keepTrying } from '../keep-trying.js';
import { type SettledEndpoints, settleEndpoints } from './settle-endpoints.js';

const CONCURRENCY = 25;

/** The activity `pointRemotes`. */
export function pointRemotes(dependencies: ActivityDependencies): Activities['pointRemotes'] {
  return defineActivity(async (input, step) => {
    const giveUpAt = Math.min(Date.now() + input.patienceMs, step.deadline);
    return await pointAll(dependencies, input, input.clusters, giveUpAt, step);
  });
}

/** How pointing several remotes has ended. */
export interface PointedRemotes {
  readonly pointed: readonly (SettledEndpoints & { readonly cluster: string })[];
  readonly failed: readonly ClusterFailure[];
}

/**
 * Points remotes at the Ready istiod Pods. What fails on one of them is a result.
 *
 * @param giveUpAt milliseconds since the epoch: after it nothing is tried again
 */
export async function pointAll(
  { clusters }: ActivityDependencies,
  input: EndpointsInput,
  names: readonly string[],
  giveUpAt: number,
  step: StepContext,
): Promise<PointedRemotes> {
  const primary = await clusters.get(input.primary);
  let done = 0;
  const outcomes = await concurrently(names, CONCURRENCY, async (cluster) => {
    const point = async () => settleEndpoints(await clusters.get(cluster), primary, input, step);
    try {
      return { cluster, ...(await keepTrying(giveUpAt, step.signal, point)) };
    } catch (error) {
      step.signal.throwIfAborted();
      return { cluster, failure: clusterFailure(error, cluster) };
    } finally {
      done += 1;
      step.heartbeat(`pointed ${done} of ${names.length} remotes at istiod`);
    }
  });
  return {
    pointed: outcomes.filter((outcome) => 'endpoints' in outcome),
    failed: outcomes.flatMap((outcome) => ('failure' in outcome ? [outcome.failure] : [])),
  };
}
