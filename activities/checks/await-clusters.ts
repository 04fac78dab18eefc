import { concurrently } from '../../src/base/concurrency/concurrently.js';
import { waitUntil } from '../../src/istio/steps/wait-until.js';
import type { Activities } from '../../src/rollout/activities.js';
import type { ClusterInspection } from '../../src/rollout/checks/findings.js';
import { RolloutError } from '../../src/rollout/rollout-error.js';
import { defineActivity } from '../activity.js';
import type { ActivityDependencies } from '../dependencies.js';
import { inspect } from './inspect-clusters.js';

const CONCURRENCY = 25;
/** Each look costs a connection to each of them. */
const WAIT = { sliceMs: 240_000, intervalMs: 2_000 };

/** The activity `awaitClusters`. */
export function awaitClusters(dependencies: ActivityDependencies): Activities['awaitClusters'] {
  return defineActivity(async (input, step) => {
    const look = async (): Promise<ClusterInspection[]> => {
      const inspections = await concurrently(input.clusters, CONCURRENCY, ({ cluster, role }) =>
        inspect(dependencies, cluster, role, input, step),
      );
      const answering = inspections.filter(({ unreachable }) => !unreachable);
      if (answering.length > 0) return answering;
      const [first] = inspections;
      const why = first?.findings[0]?.what ?? 'no cluster to wait for';
      throw new RolloutError('clusters-unanswering', why);
    };
    return await waitUntil(step, look, WAIT);
  });
}
