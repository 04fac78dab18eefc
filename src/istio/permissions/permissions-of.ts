import { RELEASES, type WayName } from '../../rollout/releases.js';
import { ISTIOCTL_14_PERMISSIONS } from './istioctl-14-permissions.js';
import { PERMISSIONS, type Permission, type Role } from './permissions.js';

type Permissions = Readonly<Record<Role, readonly Permission[]>>;

const OF_WAYS: Readonly<Record<WayName, Permissions>> = {
  istioctl: PERMISSIONS,
  'istioctl-1.4': ISTIOCTL_14_PERMISSIONS,
};

/** Returns everything that a rollout of a release by istioctl does to a cluster; that of today's where it is not known. */
export function permissionsOf(release: string): Permissions {
  return OF_WAYS[RELEASES[release]?.ways.istioctl ?? 'istioctl'];
}
