import type { ObjectMetadata } from '../../../kubernetes/client/objects.js';
import { releaseOf } from '../../apply/helm-marks.js';
import { istiodInstaller } from '../../istiod/istiod-installer.js';
import { PERMISSIONS } from '../../permissions/permissions.js';
import type { Installer } from '../installer.js';
import { deployPrimary } from './deploy-primary.js';
import { istioctlInjector } from './injectors.js';
import { installRemote } from './install-remote.js';
import type { Istioctls } from './istioctls.js';

/** Whether istioctl may apply over an object: it does so over anything but what Helm keeps. */
export function isOfIstioctl(metadata: ObjectMetadata): boolean {
  return releaseOf(metadata) === undefined;
}

/** Returns the installer that renders with istioctl and applies server-side, as `istioctl install` does. */
export function istioctlInstaller(istioctls: Istioctls): Installer {
  return istiodInstaller({
    toolVersion: async (release) => (await istioctls.find(release)).version(),
    permissions: PERMISSIONS,
    isOwn: isOfIstioctl,
    deployPrimary: (site, input) => deployPrimary(istioctls, site, input),
    installRemote: (site, input) => installRemote(istioctls, site, input),
    injector: istioctlInjector(istioctls),
  });
}
