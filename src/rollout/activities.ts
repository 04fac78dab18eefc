import type { ClusterInspection } from './findings.js';
import type { PrimaryInput, RemoteInput, ResolvedRollout } from './resolved.js';
import type { EndpointsResult, StepResult, VerifyInjectionResult, VerifyRemoteResult } from './step-results.js';

/**
 * The activities as the workflows see them. One small object in, one small object out; nothing secret in either.
 * Each is idempotent: an attempt may find everything, something or nothing of what an earlier one did.
 * Failures are ApplicationFailures of type {@link ErrorCode} with one detail, {@link FailureDetail}; non-retryable
 * exactly when a person is needed.
 */
export interface Activities {
  /** Makes the document binding: schema, inventory, selectors, waves, defaults. Fails with `document-invalid`. */
  resolve(input: ResolveInput): Promise<ResolvedRollout>;
  /** Reads clusters before anything is changed. An unreachable cluster is a finding, not a failure. */
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
  /** The last pass: writes the Ready istiod Pods of now into every remote whose endpoints differ. */
  refreshEndpoints(input: RefreshEndpointsInput): Promise<RefreshEndpointsResult>;
  /** The status of a cluster's workflow, for a rollout that was told nothing. */
  describeClusterWorkflow(input: { readonly cluster: string }): Promise<ClusterWorkflowDescription>;
  /** Asks the workflow of a cluster to end (cancellation), whoever started it. */
  cancelClusterWorkflow(input: { readonly cluster: string; readonly rolloutId: string }): Promise<void>;
}

/** Input of `resolve`. */
export interface ResolveInput {
  /** What the user typed; unchecked. */
  readonly document: unknown;
  /** The workflow ID of the rollout: it must be `mesh/<mesh>`. */
  readonly workflowId: string;
}

/** Input of `inspectClusters`; everything that decides whether a cluster can take part. */
export interface InspectInput {
  readonly clusters: readonly { readonly cluster: string; readonly role: 'primary' | 'remote' }[];
  readonly mesh: string;
  readonly primary: string;
  readonly release: string;
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
  readonly clusters: readonly string[];
}

/** Result of `refreshEndpoints`. */
export interface RefreshEndpointsResult {
  readonly addresses: readonly string[];
  /** Remotes whose endpoints had to be written. */
  readonly changed: readonly string[];
  /** Remotes that could not be reached or written, with the reason. */
  readonly failed: readonly { readonly cluster: string; readonly code: string; readonly message: string }[];
}

/** Result of `describeClusterWorkflow`. */
export interface ClusterWorkflowDescription {
  /** Temporal's name, e.g. `RUNNING`; `NOT_FOUND` when there is none. */
  readonly status: string;
  /** The rollout that started it, when it tells. */
  readonly rolloutId?: string;
  readonly mesh?: string;
  /** Whether that rollout still runs. */
  readonly rolloutRunning: boolean;
}

/** The one detail of every ApplicationFailure that an activity throws. */
export interface FailureDetail {
  readonly code: string;
  readonly cluster?: string;
  readonly action: string;
  /** For `document-invalid`: every problem. */
  readonly problems?: readonly { readonly path: string; readonly message: string }[];
}
