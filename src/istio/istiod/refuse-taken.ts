import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import { FINDINGS, type FindingCode } from '../../rollout/codes.js';
import type { RemoteInput } from '../../rollout/resolve/resolved.js';
import { RolloutError } from '../../rollout/rollout-error.js';
import { findOwnControlPlane } from '../control-plane/own-control-plane.js';
import { findForeignInjectors } from '../inject/foreign-injectors.js';

/**
 * Refuses a remote that belongs to another control plane, right before the first change: days may have passed since the
 * checks. What its namespace says about other primaries is looked at when the namespace is prepared.
 *
 * @throws RolloutError `remote-taken`, which accepting the finding for the cluster ends, where that is possible
 */
export async function refuseTaken(
  remote: ClusterClient,
  input: RemoteInput,
  signal: AbortSignal,
): Promise<void> {
  const [own, injectors] = await Promise.all([
    findOwnControlPlane(remote, input.istioNamespace, { signal }),
    findForeignInjectors(remote, input, { signal }),
  ]);
  const refuse = (code: FindingCode, what: string | undefined) => {
    if (what === undefined || input.accept.includes(code)) return;
    throw new RolloutError('remote-taken', what, { cluster: remote.name, action: FINDINGS[code].action });
  };
  refuse('own-control-plane', own && `it runs a control plane of its own: ${own}`);
  refuse('injector-elsewhere', injectors.otherMesh && `${injectors.otherMesh} injects for another mesh`);
  refuse('default-tag-elsewhere', injectors.defaultTag && `its default tag is ${injectors.defaultTag}`);
}
