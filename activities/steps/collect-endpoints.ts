import { addressesOf, readyControlPlanePods } from '../../src/istio/control-plane/control-plane-pods.js';
import type { Activities } from '../../src/rollout/activities.js';
import { defineStep } from '../activity.js';
import type { ActivityDependencies } from '../dependencies.js';
import { summarise } from '../summarise.js';
import { waitUntil } from '../wait-until.js';

/** The activity `collectEndpoints`: waits until a Pod of istiod is Ready, and gives the addresses of all that are. */
export function collectEndpoints({ clusters }: ActivityDependencies): Activities['collectEndpoints'] {
  return defineStep(async (input, step) => {
    const primary = await clusters.get(input.primary);
    const pods = await waitUntil(step, () => readyControlPlanePods(primary, input, step.signal));
    const addresses = addressesOf(pods);
    return { ...summarise(pods.length, 0, `istiod answers at ${addresses.join(', ')}`), addresses };
  });
}
