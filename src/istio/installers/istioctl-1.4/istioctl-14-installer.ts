import { ISTIOCTL_14_PERMISSIONS } from '../../permissions/istioctl-14-permissions.js';
import { istioctlInjectorName } from '../../release-1.4/injector.js';
import { READERS } from '../../release-1.4/reader-token.js';
import { release14Installer } from '../../release-1.4/steps/release-14-installer.js';
import type { Installer } from '../installer.js';
import { deployPrimary } from './deploy-primary.js';
import { installRemote } from './install-remote.js';
import { ToolBox } from './tools.js';

/**
 * Returns the installer that runs `istioctl manifest apply` of Istio 1.4, as the guide does.
 *
 * @param find returns the path of the worker's istioctl of a release
 * @param kubectl path of the kubectl that istioctl calls, or its name on the PATH of the worker
 */
export function istioctl14Installer(find: (release: string) => Promise<string>, kubectl: string): Installer {
  const box = new ToolBox(find, kubectl);
  return release14Installer({
    reader: READERS.istioctl,
    injectorName: istioctlInjectorName,
    toolVersion: async (release) => (await box.of({ release })).tool.version(),
    permissions: ISTIOCTL_14_PERMISSIONS,
    deployPrimary: (site, input) => deployPrimary(box, site, input),
    installRemote: (site, input) => installRemote(box, site, input),
  });
}
