import type { Finding } from '../checks/findings.js';

/** What every step returns: small, and without anything secret, because it stays in history. */
export interface StepResult {
  /** How many objects of the cluster (or of the primary, on behalf of it) this step created or changed. */
  readonly changed: number;
  /** How many objects the step looked after. */
  readonly objects: number;
  /** One line for people; at most 200 characters. */
  readonly summary: string;
  readonly findings?: readonly Finding[];
  /** Superfluous objects that were deleted, as `Deployment istio-system/istiod`; at most 20, the summary has their number. */
  readonly pruned?: readonly string[];
  /** Attempts that the activity took, 1 or more; added by the frame around every activity. */
  readonly attempts?: number;
}

/** Result of `collect-endpoints`. */
export interface EndpointsResult extends StepResult {
  /** Addresses of the control plane's Ready Pods, sorted. */
  readonly addresses: readonly string[];
}

/** Result of `install-remote`. */
export interface InstallRemoteResult extends StepResult {
  /** Whether an injector webhook of this mesh was on when the step began. */
  readonly injectorWasLive: boolean;
}

/** One thing that was read back from a cluster, to call it part of the mesh. */
export interface Proof {
  /** What it is about, in a few words: `endpoints`, `webhook CA`. Its installer decides which proofs there are. */
  readonly what: string;
  /** What was seen. */
  readonly value: string;
  /** False where it could not be proven, for example because a policy refuses the Pod of the probe. */
  readonly proven: boolean;
}

/** What the proof is about that a remote holds the addresses of the control plane's Ready Pods, and no others. */
export const ENDPOINTS_PROOF = 'endpoints';

/** Result of `verify-remote`. */
export interface VerifyRemoteResult extends StepResult {
  readonly proofs: readonly Proof[];
  /** Addresses of the control plane that the remote holds; they equal its Ready Pods. */
  readonly endpoints: readonly string[];
}

/** Result of `verify-injection`. */
export interface VerifyInjectionResult extends StepResult {
  readonly proofs: readonly Proof[];
  /** Running Pods of the labelled namespaces that have no sidecar. */
  readonly podsWithoutSidecar: number;
}
