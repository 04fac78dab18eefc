import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import type { EndpointsInput, InjectionInput } from '../../rollout/activities.js';
import type { PlannedRemoteInput } from '../../rollout/plan/plan.js';
import type {
  EndpointsResult,
  InstallRemoteResult,
  Proof,
  StepResult,
  VerifyInjectionResult,
  VerifyRemoteResult,
} from '../../rollout/progress/step-results.js';
import type { PrimaryInput, RemoteInput } from '../../rollout/resolve/resolved.js';
import type { InspectCluster } from '../checks/inspection.js';
import type { ControlPlaneEndpoints } from '../endpoints/control-plane-endpoints.js';
import type { Permission, Role } from '../permissions/permissions.js';
import type { Site } from '../steps/site.js';

/** A step of a cluster: what it writes, and what it then waits for and proves. A plan runs the same function. */
export type Step<Input, Result> = (site: Site, input: Input) => Promise<Result>;

/** What proofs of a remote are about. */
export type ProvenRemote = Pick<
  RemoteInput,
  'cluster' | 'primary' | 'istioNamespace' | 'revision' | 'namespaces' | 'accept'
>;

/**
 * A way of installing: a tool and a kind of release. Everything that differs between ways lives behind it: rendering,
 * writing, owning and pruning, which addresses remotes hold in which objects, proofs, permissions, the worker's tools.
 */
export interface Installer {
  /**
   * Returns the version of the tool with which this worker installs a release, such as `1.31.0`.
   *
   * @param release minor of Istio, as the document says it
   * @throws RolloutError `tool-version-differs` when the worker has no such tool; `render-failed`
   */
  toolVersion(release: string): Promise<string>;
  /** Everything that a rollout does to a cluster, by the cluster's part in the mesh. */
  readonly permissions: Readonly<Record<Role, readonly Permission[]>>;
  /** What the checks before a rollout look for in a cluster, by its part in the mesh. */
  readonly inspect: Readonly<Record<Role, InspectCluster>>;
  readonly endpoints: ControlPlaneEndpoints;
  readonly steps: {
    readonly 'deploy-primary': Step<PrimaryInput, StepResult>;
    readonly 'collect-endpoints': Step<EndpointsInput, EndpointsResult>;
    readonly 'prepare-namespace': Step<RemoteInput, StepResult>;
    readonly 'install-remote': Step<PlannedRemoteInput, InstallRemoteResult>;
    readonly 'register-remote': Step<RemoteInput, StepResult>;
    readonly 'activate-injection': Step<InjectionInput, StepResult>;
    readonly 'verify-remote': Step<RemoteInput, VerifyRemoteResult>;
    readonly 'label-namespaces': Step<InjectionInput, StepResult>;
    readonly 'verify-injection': Step<InjectionInput, VerifyInjectionResult>;
  };
  /**
   * Proves again that a remote is attached, and that Pods are injected in it.
   *
   * @throws RolloutError for the first proof that fails
   */
  prove(site: Site, remote: ProvenRemote): Promise<readonly Proof[]>;
  /** Whether the control plane of a plan has other Pods than that of now. */
  movesControlPlane(
    now: ClusterClient,
    planned: ClusterClient,
    input: PrimaryInput,
    signal: AbortSignal,
  ): Promise<boolean>;
}
