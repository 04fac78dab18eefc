import { addressesOf, readyControlPlanePods } from '../control-plane/control-plane-pods.js';
import { isPointedByRollouts } from '../endpoints/attached-remotes.js';
import type { ControlPlaneEndpoints } from '../endpoints/control-plane-endpoints.js';
import { settleEndpoints } from '../endpoints/settle-endpoints.js';

/** Remotes of releases with istiod hold the addresses of its Pods in EndpointSlices of its Service. */
export const istiodEndpoints: ControlPlaneEndpoints = {
  ready: async (primary, controlPlane, signal) =>
    addressesOf(await readyControlPlanePods(primary, controlPlane, signal)),
  isPointedByRollouts,
  settle: settleEndpoints,
};
