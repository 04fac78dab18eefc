import type { ClusterInspection } from '../src/rollout/checks/findings.js';
import { inspectBatches, inspectInput } from '../src/rollout/checks/inspect-input.js';
import type { ResolvedRollout } from '../src/rollout/resolve/resolved.js';
import { activities, callOptions } from './activities.js';

/**
 * Inspects clusters of a rollout in concurrent batches, and calls `take` with each batch as soon as it is complete.
 */
export async function inspectInBatches(
  resolved: ResolvedRollout,
  clusters: readonly string[],
  take: (inspections: readonly ClusterInspection[]) => void,
): Promise<void> {
  await Promise.all(
    inspectBatches(clusters).map(async ({ clusters: batch, summary }) =>
      take(
        await activities.inspectClusters.executeWithOptions(callOptions(summary), [
          inspectInput(resolved, batch),
        ]),
      ),
    ),
  );
}
