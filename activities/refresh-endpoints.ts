import { addressesOf, readyControlPlanePods } from '../src/istio/control-plane-pods.js';
import { readEndpoints, sameAddresses, writeEndpoints } from '../src/istio/endpoints.js';
import type { Activities, RefreshEndpointsInput, RefreshEndpointsResult } from '../src/rollout/activities.js';
import { concurrently } from '../src/rollout/concurrently.js';
import { RolloutError } from '../src/rollout/rollout-error.js';
import { defineActivity } from './activity.js';
import type { ActivityDependencies } from './dependencies.js';
import { waitUntil } from './wait-until.js';

const CONCURRENCY = 16;
const MESSAGE_LENGTH = 200;

/**
 * The activity `refreshEndpoints`: what was collected when a long rollout began may be gone at its end. A remote that cannot
 * be reached holds up no other.
 */
export function refreshEndpoints({ clusters }: ActivityDependencies): Activities['refreshEndpoints'] {
  return defineActivity(
    async (input: RefreshEndpointsInput, step): Promise<RefreshEndpointsResult> => {
      const { signal } = step;
      const primary = await clusters.get(input.primary);
      const addresses = addressesOf(
        await waitUntil(step, () => readyControlPlanePods(primary, input, signal)),
      );
      const changed: string[] = [];
      const failed: { cluster: string; code: string; message: string }[] = [];
      await concurrently(input.clusters, CONCURRENCY, async (cluster) => {
        try {
          const remote = await clusters.get(cluster);
          if (sameAddresses(await readEndpoints(remote, input, signal), addresses)) return;
          step.heartbeat(`writes the endpoints of ${cluster}`);
          await writeEndpoints(remote, input, addresses, signal);
          changed.push(cluster);
        } catch (error) {
          signal.throwIfAborted();
          if (!(error instanceof RolloutError)) throw error;
          failed.push({ cluster, code: error.code, message: error.message.slice(0, MESSAGE_LENGTH) });
        }
      });
      return { addresses, changed: changed.sort(), failed };
    },
    ({ primary }) => primary,
  );
}
