import type { ClusterClient } from '../../../../kubernetes/client/cluster-client.js';
import { RolloutError } from '../../../../rollout/rollout-error.js';
import { readMeshRoot } from '../../../control-plane/root-certificate.js';

/** Stands in a plan for the CA of a control plane that does not run yet. */
const NOT_KNOWN_YET = 'not known yet';

/** Returns the CA of the mesh as PEM, or a text in its place while no control plane has written it. */
export async function rootSoFar(
  primary: ClusterClient,
  istioNamespace: string,
  signal: AbortSignal,
): Promise<string> {
  try {
    return await readMeshRoot(primary, istioNamespace, signal);
  } catch (error) {
    if (error instanceof RolloutError && error.code === 'control-plane-not-ready') return NOT_KNOWN_YET;
    throw error;
  }
}
