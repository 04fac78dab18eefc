import type { Finding } from '../checks/findings.js';

/** The result of every step. It is small and contains nothing secret, because it stays in the history. */
export interface StepResult {
  /** How many objects of the cluster (or of the primary, on behalf of it) this step created or changed. */
  readonly changed: number;
  /** How many objects the step manages. */
  readonly objects: number;
  /** A summary in one line, at most 200 characters. */
  readonly summary: string;
  readonly findings?: readonly Finding[];
  /** The pruned objects, as `Deployment istio-system/istiod`; at most 20. The summary has their number. */
  readonly pruned?: readonly string[];
  /** How many attempts the activity took, 1 or more; added by the wrapper of every activity. */
  readonly attempts?: number;
}

/** Result of `collect-endpoints`. */
export interface EndpointsResult extends StepResult {
  /** Addresses of the control plane's Ready Pods, sorted. */
  readonly addresses: readonly string[];
}

/** Result of `install-remote`. */
export interface InstallRemoteResult extends StepResult {
  /** Whether an injector webhook of this mesh was enabled when the step began. */
  readonly injectorWasLive: boolean;
}

/** A fact that was read back from a cluster, to prove that it is part of the mesh. */
export interface Proof {
  /** What was proven, in a few words: `endpoints`, `webhook CA`. The installer decides which proofs exist. */
  readonly what: string;
  /** What was seen. */
  readonly value: string;
  /** False if it could not be proven, for example because a policy refuses the Pod of the probe. */
  readonly proven: boolean;
}

/** The name of the proof that a remote has exactly the addresses of the control plane's Ready Pods. */
export const ENDPOINTS_PROOF = 'endpoints';

/** Result of `verify-remote`. */
export interface VerifyRemoteResult extends StepResult {
  readonly proofs: readonly Proof[];
  /** The addresses of the control plane in the remote; they equal those of its Ready Pods. */
  readonly endpoints: readonly string[];
}

/** Result of `verify-injection`. */
export interface VerifyInjectionResult extends StepResult {
  readonly proofs: readonly Proof[];
  /** Running Pods of the labelled namespaces that have no sidecar. */
  readonly podsWithoutSidecar: number;
}
