import type { EndpointsInput } from '../../../rollout/activities.js';
import type { EndpointsResult } from '../../../rollout/progress/step-results.js';
import type { Site } from '../../steps/site.js';
import { summarise } from '../../steps/summarise.js';
import { waitUntil } from '../../steps/wait-until.js';
import { addressesOf, readReadyPods } from '../ready-pods.js';
import { listAddresses } from './control-plane-endpoints.js';

/**
 * The step `collect-endpoints`: waits until pilot, policy and telemetry each have a Ready Pod, and returns the addresses of
 * all Ready ones.
 */
export async function collectEndpoints(
  { primary, step }: Site,
  { istioNamespace }: EndpointsInput,
): Promise<EndpointsResult> {
  const pods = await waitUntil(step, () => readReadyPods(primary, istioNamespace, step.signal));
  const addresses = listAddresses(addressesOf(pods));
  return {
    ...summarise(addresses.length, 0, `the control plane answers at ${addresses.join(', ')}`),
    addresses,
  };
}
