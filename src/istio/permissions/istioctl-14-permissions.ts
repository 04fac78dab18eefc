import type { Permission, Role } from './permissions.js';

/** Everything that a rollout of Istio 1.4 by istioctl does to a cluster, by the cluster's part in the mesh. */
export const ISTIOCTL_14_PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  primary: [],
  remote: [],
};
