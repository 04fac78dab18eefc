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
 * The activities as the workflows see them. Each takes one small object and returns one small object, without
 * secrets. Each is idempotent: an earlier attempt may have done all, some or none of the work. Failures are
 * ApplicationFailures of type {@link ErrorCode} with one detail, {@link FailureDetail}; non-retryable exactly when a
 * person is needed.
 */
export interface Activities {
  /**
   * Validates and resolves the document: schema, inventory, selectors, waves, defaults. Fails with
   * `document-invalid`.
   */
  resolve(input: ResolveInput): Promise<ResolvedRollout>;
  /** Reads clusters before anything is changed. An unreachable cluster is a finding, not a failure (but see mustReach). */
  inspectClusters(input: InspectInput): Promise<ClusterInspection[]>;
  /** Applies base and istiod to the primary, and waits until the Deployment of istiod is available. */
  deployPrimary(input: PrimaryInput): Promise<StepResult>;
  /** Reads the addresses of the Ready istiod Pods of the primary. */
  collectEndpoints(input: EndpointsInput): Promise<EndpointsResult>;
  prepareNamespace(input: RemoteInput): Promise<StepResult>;
  /** Applies everything of the remote profile except the injector webhook, and reads the current istiod Pods. */
  installRemote(input: RemoteInput): Promise<InstallRemoteResult>;
  /** Issues the reader token in the remote, tries it, and writes the remote secret into the primary. */
  registerRemote(input: RemoteInput): Promise<StepResult>;
  /**
   * Waits until every Ready istiod has synced, proves with dry-run Pods that injection works, and only then switches the
   * injector webhook on.
   */
  activateInjection(input: InjectionInput): Promise<StepResult>;
  verifyRemote(input: RemoteInput): Promise<VerifyRemoteResult>;
  /** Labels each namespace after a dry-run Pod was injected there and a Pod without a sidecar was allowed. */
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
  /** Proves again that attached remotes still work. What fails on one remote is a result, not a failure. */
  proveRemotes(input: ProveRemotesInput): Promise<ProveRemotesResult>;
  /**
   * Frees the workflow ID of a cluster for this rollout, or reports that this rollout already holds it. A workflow
   * whose rollout has closed is cancelled and awaited. Fails with `cluster-held` (transient) while another running
   * rollout holds the ID.
   */
  claimCluster(input: ClaimInput): Promise<ClaimResult>;
  /**
   * Waits until one of the cluster workflows has ended for which the rollout no longer has a handle. Fails with
   * `cluster-at-work` (transient) while all are running, so that waiting for days adds nothing to the rollout's
   * history.
   */
  followClusters(input: FollowInput): Promise<FollowResult>;
  /**
   * Returns what {@link Activities.deployPrimary} would do, by dry runs. Problems that would park the cluster are
   * returned, not thrown.
   */
  planPrimary(input: PrimaryInput): Promise<PrimaryPlan>;
  /** Returns what all steps of a remote would do, by dry runs, like {@link Activities.planPrimary}. */
  planRemote(input: PlanRemoteInput): Promise<RemotePlan>;
  /** Returns the running rollout of a mesh, if any. */
  findRunningRollout(input: FindRunningRolloutInput): Promise<FindRunningRolloutResult>;
}

/** Input of `resolve`. */
export interface ResolveInput {
  /** The user's document, unchecked. */
  readonly document: unknown;
  /** The workflow ID of the rollout: it must be `mesh/<mesh>`. Absent for a plan, which takes no lock. */
  readonly workflowId?: string;
}

/** Input of `inspectClusters` and `awaitClusters`: everything that determines whether a cluster can take part. */
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
  /** How long to retry clusters that fail for a temporary reason, in milliseconds. */
  readonly patienceMs: number;
}

/** Result of `pointRemotes`. */
export interface PointRemotesResult {
  readonly pointed: readonly {
    readonly cluster: string;
    readonly changed: number;
    /** The sorted addresses of the control plane's Ready Pods that the remote now has. */
    readonly endpoints: readonly string[];
  }[];
  readonly failed: readonly ClusterFailure[];
}

/** Why work on one of several clusters failed. */
export interface ClusterFailure extends Attention {
  readonly cluster: string;
}

/** Input of `proveRemotes`. */
export interface ProveRemotesInput extends EndpointsInput {
  readonly remotes: readonly {
    readonly cluster: string;
    readonly namespaces: RemoteInput['namespaces'];
  }[];
  /** How long to retry proofs that fail for a temporary reason, in milliseconds. */
  readonly patienceMs: number;
}

/** Result of `proveRemotes`. */
export interface ProveRemotesResult {
  readonly failed: readonly ClusterFailure[];
}

/** Input of `claimCluster`. */
export interface ClaimInput {
  readonly cluster: string;
  /** The requesting rollout. The workflow of a cluster has the ID of its rollout in the memo {@link ClusterMemo}. */
  readonly rolloutId: string;
}

/**
 * Result of `claimCluster`. `free`: no workflow with this ID runs. `mine`: this rollout started the running workflow.
 * `orphaned`: the workflow of a closed rollout was cancelled but has not ended; `message` says what it needs.
 */
export type ClaimResult =
  | { readonly state: 'free' | 'mine' }
  | { readonly state: 'orphaned'; readonly message: string };

/** Input of `followClusters`. */
export interface FollowInput {
  readonly clusters: readonly string[];
  /** The rollout that started their workflows. */
  readonly rolloutId: string;
}

/** Result of `followClusters`. */
export interface FollowResult {
  /** The clusters with a finished workflow, with its last report if it was not ended from outside. */
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
