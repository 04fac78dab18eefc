import { sameAddresses } from '../../base/addresses.js';
import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import { RolloutError } from '../../rollout/rollout-error.js';
import {
  addressesOf,
  type ControlPlane,
  readyControlPlanePods,
} from '../control-plane/control-plane-pods.js';
import type { StepContext } from '../steps/step-context.js';
import { waitUntil } from '../steps/wait-until.js';
import type { SettledEndpoints } from './control-plane-endpoints.js';
import { readEndpoints, writeEndpoints } from './endpoints.js';

/** Answers about the Pods of istiod are shared for so long. */
const OFTEN = { intervalMs: 500 };

/**
 * Points a remote at the Ready istiod Pods. After a write both are looked at again: Pods may have moved meanwhile, and
 * somebody else may have written what he had read before they moved.
 *
 * @throws RolloutError `endpoints-outdated` while they do not come to rest; `no-ready-endpoint`; ClusterError
 */
export async function settleEndpoints(
  remote: ClusterClient,
  primary: ClusterClient,
  controlPlane: ControlPlane,
  step: StepContext,
): Promise<SettledEndpoints> {
  const { signal } = step;
  let changed = 0;
  const endpoints = await waitUntil(
    step,
    async () => {
      const ready = addressesOf(await readyControlPlanePods(primary, controlPlane, signal));
      const endpoints = await readEndpoints(remote, controlPlane, signal);
      if (sameAddresses(endpoints, ready)) return endpoints;
      changed += await writeEndpoints(remote, controlPlane, ready, signal);
      const message = `the endpoints were not the Ready Pods of istiod (${ready.join(', ')}); they were written and are read again`;
      throw new RolloutError('endpoints-outdated', message, { cluster: remote.name });
    },
    OFTEN,
  );
  return { endpoints, changed };
}
