import { istiodInstaller } from '../../istiod/istiod-installer.js';
import { PERMISSIONS } from '../../permissions/permissions.js';
import type { Installer } from '../installer.js';
import { deployPrimary } from './deploy-primary.js';
import { injectorsOf } from './injectors.js';
import { installRemote } from './install-remote.js';
import type { Istioctls } from './istioctls.js';

/** Returns the installer that renders with istioctl and applies server-side, as `istioctl install` does. */
export function istioctlInstaller(istioctls: Istioctls): Installer {
  return istiodInstaller({
    toolVersion: async (release) => (await istioctls.find(release)).version(),
    permissions: PERMISSIONS,
    deployPrimary: (site, input) => deployPrimary(istioctls, site, input),
    installRemote: (site, input) => installRemote(istioctls, site, input),
    injectors: (site, input, signal) => injectorsOf(istioctls, site, input, signal),
  });
}
