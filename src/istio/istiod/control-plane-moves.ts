import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import type { PrimaryInput } from '../../rollout/resolve/resolved.js';
import { readControlPlaneDeployment } from '../control-plane/control-plane-deployment.js';
import { getsNewPods } from '../control-plane/moves.js';

/** Whether istiod would get new Pods. */
export async function movesControlPlane(
  now: ClusterClient,
  planned: ClusterClient,
  input: PrimaryInput,
  signal: AbortSignal,
): Promise<boolean> {
  const [before, after] = await Promise.all(
    [now, planned].map((client) => readControlPlaneDeployment(client, input, signal)),
  );
  return getsNewPods(before, after);
}
