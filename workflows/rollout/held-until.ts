import type { ClusterFailure } from '../../src/rollout/activities.js';
import type { RolloutRun } from './rollout-run.js';

/**
 * Parks an attached remote over a failure until a person has decided: `skip` leaves it out, `retry` tries again, for as
 * long as that fails.
 *
 * @param tryAgain gets what shows the remote as attached again, and returns what has failed this time
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
