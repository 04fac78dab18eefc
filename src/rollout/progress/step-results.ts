import type { Finding } from '../checks/findings.js';

/** What every step gives back: small, and without anything secret, because it stays in history. */
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
  /** Addresses of the Ready istiod Pods, sorted. */
  readonly addresses: readonly string[];
}

/** Result of `install-remote`. */
export interface InstallRemoteResult extends StepResult {
  /** Whether an injector webhook of this mesh was on when the step began. */
  readonly injectorWasLive: boolean;
}

/** Result of `verify-remote`. */
export interface VerifyRemoteResult extends StepResult {
  /** How many istiod Pods say `synced`; all of the Ready ones do. */
  readonly synced: number;
  /** The injector webhook carries the CA that signed istiod's certificate. */
  readonly webhookCA: boolean;
  /** Addresses in the remote's EndpointSlice; they equal the Ready istiod Pods. */
  readonly endpoints: readonly string[];
}

/** Result of `verify-injection`. */
export interface VerifyInjectionResult extends StepResult {
  /** Namespaces where a probe Pod came back with istio-proxy of this cluster. */
  readonly injected: readonly string[];
  /** Namespaces where a policy refused the probe Pod, so that nothing is proven. */
  readonly unproven: readonly string[];
  /** Running Pods of the labelled namespaces that have no sidecar. */
  readonly podsWithoutSidecar: number;
}

/** What was read back from a remote to call it done. */
export interface Proof {
  readonly synced: number;
  readonly webhookCA: boolean;
  readonly endpoints: readonly string[];
  readonly injected: readonly string[];
  readonly unproven: readonly string[];
}
