import type { EndpointsInput } from '../../rollout/activities.js';
import type { EndpointsResult } from '../../rollout/progress/step-results.js';
import { addressesOf, readyControlPlanePods } from '../control-plane/control-plane-pods.js';
import type { Site } from '../steps/site.js';
import { summarise } from '../steps/summarise.js';
import { waitUntil } from '../steps/wait-until.js';

/** The step `collect-endpoints`: waits until a Pod of istiod is Ready, and returns the addresses of all that are. */
export async function collectEndpoints(
  { primary, step }: Site,
  input: EndpointsInput,
): Promise<EndpointsResult> {
  const pods = await waitUntil(step, () => readyControlPlanePods(primary, input, step.signal));
  const addresses = addressesOf(pods);
  return { ...summarise(pods.length, 0, `istiod answers at ${addresses.join(', ')}`), addresses };
}
