import type { ClusterFailure } from '../../src/rollout/activities.js';
import type { RolloutRun } from './rollout-run.js';

/**
 * Parks an attached remote because of a failure until a person decides. `skip` leaves it out; `retry` tries again,
 * and parks it again if that fails.
 *
 * @param tryAgain receives a function that shows the remote as attached again, and returns the new failure, if any
 */
export async function heldUntil(
  run: RolloutRun,
  failure: ClusterFailure,
  tryAgain: (showAttached: () => void) => Promise<ClusterFailure | undefined>,
): Promise<void> {
  const { cluster } = failure;
  for (let why: ClusterFailure | undefined = failure; why; ) {
    const { code, message, action } = why;
    const { attention: _before, ...attached } = run.cluster(cluster);
    if ((await run.hold(cluster, { code, message, action })) === 'skip')
      return run.apply({ type: 'cluster-skipped', cluster, at: Date.now() });
    why = await tryAgain(() =>
      run.apply({ type: 'cluster-reported', report: { ...attached, rolloutId: run.rolloutId } }),
    );
  }
}
