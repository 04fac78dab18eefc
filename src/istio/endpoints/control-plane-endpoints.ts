import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import type { ControlPlane } from '../control-plane/control-plane-pods.js';
import type { StepContext } from '../steps/step-context.js';
import type { MeshPrimary } from './attached-remotes.js';

/** Where a remote is pointed to, and what that took. */
export interface SettledEndpoints {
  /** Addresses as they were read from the remote: the Ready Pods of the control plane, and nothing else. */
  readonly endpoints: readonly string[];
  /** How many objects were created, changed or removed. */
  readonly changed: number;
}

/** How remotes of a release reach the control plane: which Pods count, and in which objects their addresses stand. */
export interface ControlPlaneEndpoints {
  /**
   * Returns the addresses of the control plane's Ready Pods, sorted.
   *
   * @throws RolloutError `no-ready-endpoint`
   */
  ready(primary: ClusterClient, controlPlane: ControlPlane, signal: AbortSignal): Promise<readonly string[]>;
  /** Whether a remote takes its addresses from this project, for this primary. What others point somewhere stays theirs. */
  isPointedByRollouts(remote: ClusterClient, mesh: MeshPrimary, signal: AbortSignal): Promise<boolean>;
  /**
   * Points a remote at the Ready Pods, and returns when the addresses read from it are those.
   *
   * @throws RolloutError `endpoints-outdated` while they do not come to rest; `no-ready-endpoint`; ClusterError
   */
  settle(
    remote: ClusterClient,
    primary: ClusterClient,
    controlPlane: ControlPlane,
    step: StepContext,
  ): Promise<SettledEndpoints>;
}
