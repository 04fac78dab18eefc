import { belongsToReleases } from '../../apply/helm-marks.js';
import { istiodInstaller } from '../../istiod/istiod-installer.js';
import { PERMISSIONS } from '../../permissions/permissions.js';
import type { Installer } from '../installer.js';
import { HELM_PERMISSIONS } from './permissions.js';
import { deployPrimary } from './steps/deploy-primary.js';
import { installRemote } from './steps/install-remote.js';
import { helmInjector } from './steps/remote-injector.js';
import type { HelmTools } from './tool/helm-tools.js';

/** How long a worker may take to find out which charts it has: they may have to be downloaded. */
const VERSION_TIMEOUT_MS = 60_000;

/** Returns the installer that installs Istio's charts with `helm upgrade --install`. */
export function helmInstaller(tools: HelmTools): Installer {
  return istiodInstaller({
    toolVersion: async (release) =>
      (await tools.require({ release }, AbortSignal.timeout(VERSION_TIMEOUT_MS))).version,
    permissions: {
      primary: [...PERMISSIONS.primary, ...HELM_PERMISSIONS.primary],
      remote: [...PERMISSIONS.remote, ...HELM_PERMISSIONS.remote],
    },
    isOwn: belongsToReleases,
    deployPrimary: (site, input) => deployPrimary(tools, site, input),
    installRemote: (site, input) => installRemote(tools, site, input),
    injector: helmInjector(tools),
  });
}
