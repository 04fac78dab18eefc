import type { PlannedRemoteInput } from '../../rollout/plan/plan.js';
import { RolloutError } from '../../rollout/rollout-error.js';
import { addressesOf, readyControlPlanePods } from '../control-plane/control-plane-pods.js';
import { readEndpoints } from '../endpoints/endpoints.js';
import type { Site } from '../steps/site.js';

/**
 * Stands for the address of an istiod Pod that does not run yet. It is from a block that nobody has (RFC 5737), so that what
 * depends on it is shown as changing.
 */
const NOT_KNOWN_YET = '192.0.2.1';

/** Returns where a remote would be pointed, for a plan, and notes what is not known about it. */
export async function addressesToBe(
  { cluster: remote, primary, step, note }: Site,
  input: PlannedRemoteInput,
): Promise<string[]> {
  const { signal } = step;
  if (input.controlPlaneMoves) {
    note('istiod gets new Pods: their addresses, to which the remote is pointed, are not known yet');
    return [NOT_KNOWN_YET];
  }
  try {
    return addressesOf(await readyControlPlanePods(primary, input, signal));
  } catch (error) {
    if (!(error instanceof RolloutError) || error.code !== 'no-ready-endpoint') throw error;
    const live = await readEndpoints(remote, input, signal);
    note('no Pod of istiod is ready now: to which addresses the remote is pointed is not known yet');
    return live.length > 0 ? live : [NOT_KNOWN_YET];
  }
}
