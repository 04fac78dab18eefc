import type { ClusterInspection } from './checks/findings.js';
import type { PlanRemoteInput, PrimaryPlan, RemotePlan, RunningRollout } from './plan/plan.js';
import type { Attention, ClusterReport } from './progress/progress.js';
import type {
  EndpointsResult,
  InstallRemoteResult,
  StepResult,
  VerifyInjectionResult,
  VerifyRemoteResult,
} from './progress/step-results.js';
import type { InstallerName } from './releases.js';
import type { PrimaryInput, RemoteInput, ResolvedRollout } from './resolve/resolved.js';

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
  /** Applies everything of the remote profile but the injector webhook; reads the current istiod Pods. */
  installRemote(input: RemoteInput): Promise<InstallRemoteResult>;
  /** Issues the reader token in the remote, tries it, and writes the remote secret into the primary. */
  registerRemote(input: RemoteInput): Promise<StepResult>;
  /**
   * Waits until every Ready istiod has synced, proves with dry-run Pods that injection works, and only then switches the
   * injector webhook on.
   */
  activateInjection(input: InjectionInput): Promise<StepResult>;
  verifyRemote(input: RemoteInput): Promise<VerifyRemoteResult>;
  /** Labels each namespace after a dry-run Pod was injected there and one without sidecar was allowed. */
  labelNamespaces(input: InjectionInput): Promise<StepResult>;
  verifyInjection(input: InjectionInput): Promise<VerifyInjectionResult>;
  /**
   * Keeps every attached remote of the mesh pointed at the Ready istiod Pods of the primary. Never returns: it runs until
   * it is cancelled, and retries what fails.
   */
  followEndpoints(input: FollowEndpointsInput): Promise<never>;
  /** Points remotes at the current Ready istiod Pods. What fails on one remote is a result, not a failure. */
  pointRemotes(input: PointRemotesInput): Promise<PointRemotesResult>;
  /**
   * Inspects clusters that did not answer before, until one of them does. Fails with `api-unavailable` (transient) while
   * none does, so that waiting for hours adds nothing to the rollout's history.
   */
  awaitClusters(input: InspectInput): Promise<ClusterInspection[]>;
  /** Proves again that remotes which are attached still work. What fails on one remote is a result, not a failure. */
  proveRemotes(input: ProveRemotesInput): Promise<ProveRemotesResult>;
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

/** Input of `inspectClusters` and `awaitClusters`; everything that decides whether a cluster can take part. */
export interface InspectInput {
  /** Fail with `api-unavailable` (transient, so it is retried) instead of reporting an unreachable cluster. */
  readonly mustReach?: boolean;
  readonly clusters: readonly { readonly cluster: string; readonly role: 'primary' | 'remote' }[];
  readonly mesh: string;
  readonly primary: string;
  readonly release: string;
  readonly installer: InstallerName;
  /** See {@link ResolvedRollout.toolVersion}. */
  readonly toolVersion?: string;
  readonly revision: string;
  readonly istioNamespace: string;
  readonly meshID: string;
  readonly network: string;
  readonly namespaces: ResolvedRollout['namespaces'];
  /** What the document says that decides about the sidecar and about the identity of the primary. */
  readonly facts: InspectFacts;
}

/** The parts of the Istio values that checks compare with what runs. */
export interface InspectFacts {
  /** `meshConfig.trustDomain`, when the document sets one. */
  readonly trustDomain?: string;
  /** Whether the values say that Istio CNI prepares the Pods. */
  readonly cni: boolean;
}

/** Input of `activateInjection`, `labelNamespaces` and `verifyInjection`. */
export interface InjectionInput extends RemoteInput {
  /** The injector was on before this rollout; a proof that fails then leaves it on. */
  readonly wasLive: boolean;
}

/** Which control plane an activity is about, and how it is installed. Input of `collectEndpoints`. */
export interface EndpointsInput {
  readonly primary: string;
  readonly istioNamespace: string;
  readonly revision: string;
  readonly release: string;
  readonly installer: InstallerName;
}

/** Input of `followEndpoints`. */
export interface FollowEndpointsInput extends EndpointsInput {
  readonly mesh: string;
}

/** Input of `pointRemotes`. */
export interface PointRemotesInput extends EndpointsInput {
  readonly clusters: readonly string[];
  /** How long to try clusters that fail for a passing reason, in milliseconds. */
  readonly patienceMs: number;
}

/** Result of `pointRemotes`. */
export interface PointRemotesResult {
  readonly pointed: readonly {
    readonly cluster: string;
    readonly changed: number;
    /** Addresses of the control plane's Ready Pods that the remote has now, sorted. */
    readonly endpoints: readonly string[];
  }[];
  readonly failed: readonly ClusterFailure[];
}

/** Why something did not work on one of several clusters. */
export interface ClusterFailure extends Attention {
  readonly cluster: string;
}

/** Input of `proveRemotes`. */
export interface ProveRemotesInput extends EndpointsInput {
  readonly remotes: readonly {
    readonly cluster: string;
    readonly namespaces: RemoteInput['namespaces'];
  }[];
  /** How long to try what fails for a passing reason, in milliseconds. */
  readonly patienceMs: number;
}

/** Result of `proveRemotes`. */
export interface ProveRemotesResult {
  readonly failed: readonly ClusterFailure[];
}

/** Input of `claimCluster`. */
export interface ClaimInput {
  readonly cluster: string;
  /** The rollout that asks; the workflow of a cluster carries its rollout's in the memo {@link ClusterMemo}. */
  readonly rolloutId: string;
}

/**
 * Result of `claimCluster`. `free`: nothing of this ID runs. `mine`: the workflow that runs was started by this rollout.
 * `orphaned`: the workflow of a closed rollout was cancelled and has not ended; `message` says what it needs.
 */
export type ClaimResult =
  | { readonly state: 'free' | 'mine' }
  | { readonly state: 'orphaned'; readonly message: string };

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
