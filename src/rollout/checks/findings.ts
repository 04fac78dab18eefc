import type { FindingCode } from '../codes.js';

/** The severity of a finding: `block` holds the rollout or cluster, `warn` and `info` never do. */
export type Severity = 'block' | 'warn' | 'info';

/** The result of a check that found something. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** The cluster of the finding; absent for the document as a whole. */
  readonly cluster?: string;
  /** The other cluster, if the finding is about a pair. */
  readonly otherCluster?: string;
  /** What is wrong, with the offending values. */
  readonly what: string;
  /** Where to look: an object, a field, an address. */
  readonly where: string;
  /** What to do next. */
  readonly action: string;
}

/**
 * What was read from a cluster before anything is changed in it. It is compact, because it stays in the rollout's
 * history.
 */
export interface ClusterInspection {
  readonly cluster: string;
  /** UID of the namespace kube-system: the identity of a cluster. Absent when it could not be read. */
  readonly uid?: string;
  /** As in /version, e.g. `v1.34.4`. */
  readonly kubernetesVersion?: string;
  readonly podCIDRs: readonly string[];
  readonly serviceCIDRs: readonly string[];
  /** True when the API server did not answer, so it should be asked again without a person. */
  readonly unreachable: boolean;
  readonly findings: readonly Finding[];
}
