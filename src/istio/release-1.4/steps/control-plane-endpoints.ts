import type { ClusterClient } from '../../../kubernetes/client/cluster-client.js';
import { objectPath } from '../../../kubernetes/client/kinds.js';
import { readNamespace } from '../../../kubernetes/facts/namespaces.js';
import { RolloutError } from '../../../rollout/rollout-error.js';
import type { ControlPlane } from '../../control-plane/control-plane-pods.js';
import { isLedBy } from '../../control-plane/istio-namespace.js';
import type { ControlPlaneEndpoints, SettledEndpoints } from '../../endpoints/control-plane-endpoints.js';
import type { StepContext } from '../../steps/step-context.js';
import { waitUntil } from '../../steps/wait-until.js';
import { checkEndpoints, writeEndpoints } from '../endpoints.js';
import { type Addresses, addressesOf, readReadyPods } from '../ready-pods.js';
import { CONTROL_SERVICES } from '../services.js';

/** Answers about the Pods of the control plane are shared for so long. */
const OFTEN = { intervalMs: 500 };

/** Returns addresses with the Service that has them, such as `istio-pilot=10.24.1.2`, sorted. */
export function listAddresses(addresses: Addresses): string[] {
  return CONTROL_SERVICES.flatMap(({ part, name }) => addresses[part].map((ip) => `${name}=${ip}`)).sort();
}

/** Remotes of Istio 1.4 hold the addresses of pilot, policy and telemetry in the Endpoints of three Services. */
export const release14Endpoints: ControlPlaneEndpoints = {
  ready: async (primary, { istioNamespace }, signal) =>
    listAddresses(addressesOf(await readReadyPods(primary, istioNamespace, signal))),
  isPointedByRollouts: async (remote, { istioNamespace, primary }, signal) => {
    const reference = { apiVersion: 'v1', kind: 'Endpoints', namespace: istioNamespace, name: 'istio-pilot' };
    const [namespace, endpoints] = await Promise.all([
      readNamespace(remote, istioNamespace, { signal }),
      remote.get(objectPath(reference), { signal }),
    ]);
    return endpoints !== undefined && namespace !== undefined && isLedBy(namespace, primary);
  },
  settle: settleEndpoints,
};

/**
 * Points a remote at the Ready Pods. After a write both are looked at again: Pods may have moved meanwhile.
 *
 * @throws RolloutError `endpoints-outdated` while they do not come to rest; `no-ready-endpoint`; ClusterError
 */
export async function settleEndpoints(
  remote: ClusterClient,
  primary: ClusterClient,
  { istioNamespace }: Pick<ControlPlane, 'istioNamespace'>,
  step: StepContext,
): Promise<SettledEndpoints> {
  const { signal } = step;
  let changed = 0;
  const endpoints = await waitUntil(
    step,
    async () => {
      const ready = addressesOf(await readReadyPods(primary, istioNamespace, signal));
      try {
        await checkEndpoints(remote, istioNamespace, ready, signal);
      } catch (error) {
        const isOutdated = error instanceof RolloutError && error.code === 'endpoints-outdated';
        if (isOutdated) changed += await writeEndpoints(remote, istioNamespace, ready, signal);
        throw error;
      }
      return listAddresses(ready);
    },
    OFTEN,
  );
  return { endpoints, changed };
}
