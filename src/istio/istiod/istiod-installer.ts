import type { Installer } from '../installers/installer.js';
import { activateInjection } from './activate-injection.js';
import { collectEndpoints } from './collect-endpoints.js';
import { movesControlPlane } from './control-plane-moves.js';
import { istiodChecks } from './inspect.js';
import { istiodEndpoints } from './istiod-endpoints.js';
import type { IstiodWay } from './istiod-way.js';
import { labelNamespaces } from './label-namespaces.js';
import { prepareNamespace } from './prepare-namespace.js';
import { registerRemote } from './register-remote.js';
import { proveInjection, verifyInjection } from './verify-injection.js';
import { proveAttachment, verifyRemote } from './verify-remote.js';

/**
 * Returns the installer of a way that installs releases with istiod. Namespaces, registration, labels and proofs do not
 * depend on the way.
 */
export function istiodInstaller(way: IstiodWay & Pick<Installer, 'toolVersion' | 'permissions'>): Installer {
  return {
    toolVersion: (release) => way.toolVersion(release),
    permissions: way.permissions,
    inspect: istiodChecks(way.isOwn),
    endpoints: istiodEndpoints,
    steps: {
      'deploy-primary': (site, input) => way.deployPrimary(site, input),
      'collect-endpoints': collectEndpoints,
      'prepare-namespace': prepareNamespace,
      'install-remote': (site, input) => way.installRemote(site, input),
      'register-remote': registerRemote,
      'activate-injection': (site, input) => activateInjection(way, site, input),
      'verify-remote': verifyRemote,
      'label-namespaces': (site, input) => labelNamespaces(way, site, input),
      'verify-injection': (site, input) => verifyInjection(way, site, input),
    },
    prove: async (site, remote) => {
      const { proofs } = await proveAttachment(site, remote);
      return [...proofs, ...(await proveInjection(site, remote))];
    },
    movesControlPlane,
  };
}
