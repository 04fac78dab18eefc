import { addressesOf, readyControlPlanePods } from '../src/istio/control-plane-pods.js';
import { readEndpoints, sameAddresses, writeEndpoints } from '../src/istio/endpoints.js';
import type { Activities, RefreshEndpointsInput } from '../src/rollout/activities.js';
import { defineStep } from './activity.js';
import type { ActivityDependencies } from './dependencies.js';
import { summarise } from './summarise.js';
import { waitUntil } from './wait-until.js';

/**
 * The activity `refreshEndpoints`: points a remote at the istiod Pods of now. What was collected when a long rollout began
 * may be gone at its end.
 */
export function refreshEndpoints({ clusters }: ActivityDependencies): Activities['refreshEndpoints'] {
  return defineStep(async (input: RefreshEndpointsInput, step) => {
    const { signal } = step;
    const [remote, primary] = await Promise.all([clusters.get(input.cluster), clusters.get(input.primary)]);
    const addresses = addressesOf(await waitUntil(step, () => readyControlPlanePods(primary, input, signal)));
    const isSame = sameAddresses(await readEndpoints(remote, input, signal), addresses);
    const changed = !isSame && (await writeEndpoints(remote, input, addresses, signal));
    return { ...summarise(1, Number(changed), `istiod is at ${addresses.join(', ')}`), addresses };
  });
}
