import { objectPath } from '../../../kubernetes/client/kinds.js';
import type { Deployment } from '../../../kubernetes/facts/deployment-readiness.js';
import { getsNewPods } from '../../control-plane/moves.js';
import type { Installer } from '../../installers/installer.js';
import { activateInjection } from './activate-injection.js';
import { collectEndpoints } from './collect-endpoints.js';
import { release14Endpoints } from './control-plane-endpoints.js';
import { inspectPrimary, inspectRemote } from './inspect.js';
import { labelNamespaces } from './label-namespaces.js';
import { prepareNamespace } from './prepare-namespace.js';
import { registerRemote } from './register-remote.js';
import { proveInjection, verifyInjection } from './verify-injection.js';
import { proveAttachment, verifyRemote } from './verify-remote.js';
import type { Release14Way } from './way.js';

/**
 * Returns the installer of a way that installs Istio 1.4. Namespaces, registration, labels and proofs do not depend on the
 * way.
 */
export function release14Installer(
  way: Release14Way & Pick<Installer, 'toolVersion' | 'permissions'>,
): Installer {
  return {
    toolVersion: (release) => way.toolVersion(release),
    permissions: way.permissions,
    inspect: { primary: inspectPrimary, remote: inspectRemote },
    endpoints: release14Endpoints,
    steps: {
      'deploy-primary': (site, input) => way.deployPrimary(site, input),
      'collect-endpoints': collectEndpoints,
      'prepare-namespace': prepareNamespace,
      'install-remote': (site, input) => way.installRemote(site, input),
      'register-remote': (site, input) => registerRemote(way, site, input),
      'activate-injection': (site, input) => activateInjection(way, site, input),
      'verify-remote': (site, input) => verifyRemote(way, site, input),
      'label-namespaces': (site, input) => labelNamespaces(way, site, input),
      'verify-injection': verifyInjection,
    },
    prove: async (site, remote) => {
      const { proofs } = await proveAttachment(way, site, remote);
      return [...proofs, ...(await proveInjection(site, remote))];
    },
    movesControlPlane: async (now, planned, { istioNamespace: namespace }, signal) => {
      const path = objectPath({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'istio-pilot' });
      const [before, after] = await Promise.all(
        [now, planned].map((client) => client.get<Deployment>(path, { signal })),
      );
      return getsNewPods(before, after);
    },
  };
}
