import type { Finding } from '../checks/findings.js';
import type { Status, StepName } from '../steps.js';
import type { Proof } from './step-results.js';

/**
 * The progress of a rollout and of its clusters, and the one reducer that makes it. Details in the Temporal UI, search
 * attributes, the API and the audit trail are renderings of this state. Plain TypeScript, deterministic: times come in.
 */

/** Why something waits for a person. */
export interface Attention {
  readonly code: string;
  readonly message: string;
  /** What to do next. */
  readonly action: string;
}

export interface StepProgress {
  readonly step: StepName;
  readonly status: Status;
  /** Attempts of the step's activity, over all retries by a person too; 0 before it started. */
  readonly attempts: number;
  /** Milliseconds since the epoch. */
  readonly startedAt?: number;
  readonly finishedAt?: number;
  readonly changed?: number;
  /** The step's result in one line, or the last error. */
  readonly message?: string;
}

export interface ClusterProgress {
  readonly cluster: string;
  readonly role: 'primary' | 'remote';
  readonly wave?: string;
  readonly status: Status;
  /** The step it is at, or stopped at. */
  readonly step?: StepName;
  readonly attention?: Attention;
  readonly startedAt?: number;
  readonly finishedAt?: number;
  /** Objects created or changed so far. */
  readonly changed: number;
  readonly proofs?: readonly Proof[];
  /** Addresses of the control plane that a remote holds, as they were last read back. */
  readonly endpoints?: readonly string[];
  readonly podsWithoutSidecar?: number;
  /** Only in the progress of the cluster's own workflow. */
  readonly steps?: readonly StepProgress[];
  readonly findings?: readonly Finding[];
}

export interface WaveProgress {
  readonly name: string;
  readonly status: Status;
  readonly clusters: readonly string[];
  /** What the wave waits for: an approval or its minSuccessTime. */
  readonly waitingFor?: string;
  /** When all its remotes were done or waited for a person; milliseconds since the epoch. */
  readonly settledAt?: number;
}

/** One decision of a person. */
export interface AuditEntry {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly by: string;
  /** `api`: a token of the API vouches for `by`. `temporal`: whoever may write to Temporal wrote it. */
  readonly via: 'api' | 'temporal';
  readonly action: string;
  readonly target?: string;
  readonly reason?: string;
}

/** A part of the clusters of a rollout, so that the answer to the query `progress` stays small. */
export interface ProgressPage {
  /** Place of the first cluster, from 0. @default 0 */
  readonly from?: number;
  /** @default 250 */
  readonly limit?: number;
}

export interface RolloutProgress {
  readonly mesh: string;
  readonly rolloutId: string;
  readonly release: string;
  readonly requestedBy: string;
  readonly status: Status;
  readonly attention?: Attention;
  readonly startedAt: number;
  readonly finishedAt?: number;
  readonly steps: readonly StepProgress[];
  readonly waves: readonly WaveProgress[];
  /** In the answer to the query `progress`: those of one page. */
  readonly clusters: readonly ClusterProgress[];
  /** How many clusters take part, the primary included. */
  readonly clusterCount: number;
  /** Findings about the document, the primary and pairs of clusters; those of one remote stand with it. */
  readonly findings: readonly Finding[];
  readonly audit: readonly AuditEntry[];
  /** Objects created or changed in all clusters. 0 at the end means that nothing changed. */
  readonly changed: number;
}

/** What a person decided about a cluster in the cluster's own workflow. */
export type ClusterDecided = Pick<AuditEntry, 'at' | 'by' | 'action' | 'reason'>;

/** A cluster's report to its rollout, sent when its status changes. */
export interface ClusterReport {
  /** The decision that brought the change about, when it came to the cluster's own workflow. */
  readonly decided?: ClusterDecided;
  readonly rolloutId: string;
  readonly cluster: string;
  readonly status: Status;
  readonly step?: StepName;
  readonly attention?: Attention;
  readonly finishedAt?: number;
  readonly changed: number;
  readonly proofs?: readonly Proof[];
  /** Addresses of the control plane that a remote holds, as they were last read back. */
  readonly endpoints?: readonly string[];
  readonly podsWithoutSidecar?: number;
}
