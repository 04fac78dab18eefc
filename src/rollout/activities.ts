import type { ClusterInspection } from './findings.js';
import type { PlanRemoteInput, PrimaryPlan, RemotePlan, RunningRollout } from './plan.js';
import type { ClusterReport } from './progress.js';
import type { PrimaryInput, RemoteInput, ResolvedRollout } from './resolved.js';
import type {
  EndpointsResult,
  StepResult,
  VerifyInjectionResult,
  VerifyRemoteResult,
} from './step-results.js';

/**
 * The activities as the workflows see them. One small object in, one small object out; nothing secret in either.
 * Each is idempotent: an attempt may find everything, something or nothing of what an earlier one did.
 * Failures are ApplicationFailures of type {@link ErrorCode} with one detail, {@link FailureDetail}; non-retryable
 * exactly when a person is needed.
 */
export interface Activities {
  /** Makes the document binding: schema, inventory, selectors, waves, defaults. Fails with `document-invalid`. */
  resolve(input: ResolveInput): Promise<ResolvedRollout>;
  /** Reads clusters before anything is changed. An unreachable cluster is a finding, not a failure (but see mustReach). */
  inspectClusters(input: InspectInput): Promise<ClusterInspection[]>;
  /** Applies base and istiod to the primary, and waits until the Deployment of istiod is available. */
  deployPrimary(input: PrimaryInput): Promise<StepResult>;
  /** Reads the addresses of the Ready istiod Pods of the primary. */
  collectEndpoints(input: EndpointsInput): Promise<EndpointsResult>;
  prepareNamespace(input: RemoteInput): Promise<StepResult>;
  /** Applies everything of the remote profile but the injector webhook; reads the istiod Pods anew. */
  installRemote(input: RemoteInput): Promise<StepResult>;
  /** Issues the reader token in the remote, tries it, and writes the remote secret into the primary. */
  registerRemote(input: RemoteInput): Promise<StepResult>;
  /** Waits until every Ready istiod has synced, applies the injector webhook, waits for its CA. */
  activateInjection(input: RemoteInput): Promise<StepResult>;
  verifyRemote(input: RemoteInput): Promise<VerifyRemoteResult>;
  labelNamespaces(input: RemoteInput): Promise<StepResult>;
  verifyInjection(input: RemoteInput): Promise<VerifyInjectionResult>;
  /** The last pass: writes the Ready istiod Pods of now into a remote. */
  refreshEndpoints(input: RefreshEndpointsInput): Promise<EndpointsResult>;
  /**
   * Makes the workflow ID of a cluster free for this rollout, or says that it is its own already. A workflow whose
   * rollout has closed is cancelled and waited for; while another running rollout holds it: `cluster-held` (transient).
   */
  claimCluster(input: ClaimInput): Promise<ClaimResult>;
  /**
   * Waits until the workflow of one of the clusters has ended, of which the rollout has no handle any more. While all
   * are at work: `cluster-at-work` (transient), so that waiting for days adds nothing to the rollout's history.
   */
  followClusters(input: FollowInput): Promise<FollowResult>;
  /** What {@link Activities.deployPrimary} would do, by dry runs. What would park the cluster is told, not thrown. */
  planPrimary(input: PrimaryInput): Promise<PrimaryPlan>;
  /** What all steps of a remote would do, by dry runs; as {@link Activities.planPrimary}. */
  planRemote(input: PlanRemoteInput): Promise<RemotePlan>;
  /** The rollout of a mesh that runs right now, if any. */
  findRunningRollout(input: FindRunningRolloutInput): Promise<FindRunningRolloutResult>;
}

/** Input of `resolve`. */
export interface ResolveInput {
  /** What the user typed; unchecked. */
  readonly document: unknown;
  /** The workflow ID of the rollout: it must be `mesh/<mesh>`. Absent for a plan, which takes no lock. */
  readonly workflowId?: string;
}

/** Input of `inspectClusters`; everything that decides whether a cluster can take part. */
export interface InspectInput {
  /** Fail with `api-unavailable` (transient, so it is retried) instead of reporting an unreachable cluster. */
  readonly mustReach?: boolean;
  readonly clusters: readonly { readonly cluster: string; readonly role: 'primary' | 'remote' }[];
  readonly mesh: string;
  readonly primary: string;
  readonly release: string;
  readonly revision: string;
  readonly istioNamespace: string;
  readonly namespaces: ResolvedRollout['namespaces'];
}

/** Input of `collectEndpoints`. */
export interface EndpointsInput {
  readonly primary: string;
  readonly istioNamespace: string;
  readonly revision: string;
}

/** Input of `refreshEndpoints`. */
export interface RefreshEndpointsInput extends EndpointsInput {
  readonly cluster: string;
}

/** Input of `claimCluster`. */
export interface ClaimInput {
  readonly cluster: string;
  /** The rollout that asks; the workflow of a cluster carries its rollout's in the memo {@link ClusterMemo}. */
  readonly rolloutId: string;
}

/** Result of `claimCluster`. */
export interface ClaimResult {
  /** `free`: nothing of this ID runs. `mine`: the workflow that runs was started by this rollout. */
  readonly state: 'free' | 'mine';
  /** The mesh whose abandoned workflow was cancelled on the way. */
  readonly tookOverFrom?: string;
}

/** Input of `followClusters`. */
export interface FollowInput {
  readonly clusters: readonly string[];
  /** The rollout that has started their workflows. */
  readonly rolloutId: string;
}

/** Result of `followClusters`. */
export interface FollowResult {
  /** Clusters whose workflow has ended, with its last word where it came to its own end. */
  readonly ended: readonly { readonly cluster: string; readonly report?: ClusterReport }[];
}

/** Input of `findRunningRollout`. */
export interface FindRunningRolloutInput {
  readonly mesh: string;
}

/** Result of `findRunningRollout`. */
export interface FindRunningRolloutResult {
  readonly running?: RunningRollout;
}

/** Memo of a cluster's workflow: who started it. */
export interface ClusterMemo {
  readonly mesh: string;
  readonly rolloutId: string;
}

/** The one detail of every ApplicationFailure that an activity throws. */
export interface FailureDetail {
  readonly code: string;
  readonly cluster?: string;
  readonly action: string;
  /** For `document-invalid`: every problem. */
  readonly problems?: readonly { readonly path: string; readonly message: string }[];
}
