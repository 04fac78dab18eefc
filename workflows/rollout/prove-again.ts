import { inBatches } from '../../src/base/concurrency/batches.js';
import { concurrently } from '../../src/base/concurrency/concurrently.js';
import type { ClusterFailure } from '../../src/rollout/activities.js';
import { controlPlaneOf, namespacesOf } from '../../src/rollout/resolve/cluster-inputs.js';
import type { ResolvedRollout } from '../../src/rollout/resolve/resolved.js';
import { activities, callOptions } from '../activities.js';
import { heldUntil } from './held-until.js';
import type { RolloutRun } from './rollout-run.js';

/** Remotes of one activity, and activities beside each other. */
const BATCH = 25;
const CONCURRENCY = 4;
/** An istiod that is being replaced, or an API server that restarts, is no reason to call a wave failed. */
const PATIENCE_MS = 60_000;

/** Proves again that attached remotes of a wave work, and returns what does not. */
export async function proveAgain(
  run: RolloutRun,
  resolved: ResolvedRollout,
  clusters: readonly string[],
): Promise<ClusterFailure[]> {
  const attached = clusters.filter((cluster) => run.cluster(cluster).status === 'Succeeded');
  await run.unpaused();
  const failed = await concurrently(inBatches(attached, BATCH), CONCURRENCY, (batch) =>
    prove(resolved, batch),
  );
  return failed.flat();
}

/** Parks a remote that is not proven any more, until it is, or a person skips it. */
export async function heldUntilProven(
  run: RolloutRun,
  resolved: ResolvedRollout,
  failure: ClusterFailure,
): Promise<void> {
  await heldUntil(run, failure, async (showAttached) => {
    const [why] = await prove(resolved, [failure.cluster]);
    if (!why) showAttached();
    return why;
  });
}

async function prove(
  resolved: ResolvedRollout,
  clusters: readonly string[],
): Promise<readonly ClusterFailure[]> {
  const more = clusters.length === 1 ? '' : ` and ${clusters.length - 1} more`;
  const options = callOptions(`${clusters[0]}${more} · proofs after minSuccessTime`);
  const remotes = clusters.map((cluster) => ({ cluster, namespaces: namespacesOf(resolved, cluster) }));
  const input = { ...controlPlaneOf(resolved), remotes, patienceMs: PATIENCE_MS };
  return (await activities.proveRemotes.executeWithOptions(options, [input])).failed;
}
