import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import { activities, callOptions } from '../activities.js';
import type { RolloutRun } from '../rollout/rollout-run.js';
import { runUnless } from '../rollout/run-unless.js';

/**
 * Follows the clusters' workflows for which this run has no handle, because an earlier run of the rollout started
 * them. They report their progress themselves; this function notices when one was ended from outside. Never returns.
 */
export async function followAdopted(run: RolloutRun): Promise<never> {
  for (;;) {
    await condition(() => run.adopted.size > 0);
    const { adoptions } = run;
    const clusters = [...run.adopted.keys()];
    const isOutdated = condition(() => run.adopted.size === 0 || run.adoptions !== adoptions);
    try {
      await runUnless(isOutdated, () => follow(run, clusters));
    } catch (error) {
      if (!isCancellation(error) || CancellationScope.current().consideredCancelled) throw error;
    }
  }
}

async function follow(run: RolloutRun, clusters: readonly string[]): Promise<void> {
  const options = callOptions(
    `${clusters.length} clusters at work since an earlier run, from ${clusters[0]}`,
  );
  const input = { clusters, rolloutId: run.rolloutId };
  const { ended } = await activities.followClusters.executeWithOptions(options, [input]);
  for (const { cluster, report } of ended) {
    if (report && !run.isOver(cluster)) run.apply({ type: 'cluster-reported', report });
    run.adopted.get(cluster)?.resolve();
    run.adopted.delete(cluster);
  }
}
