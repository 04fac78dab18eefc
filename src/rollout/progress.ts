import type { Finding } from './findings.js';
import type { Proof } from './step-results.js';
import type { Status, StepName } from './steps.js';

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
  readonly proof?: Proof;
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
  readonly action: string;
  readonly target?: string;
  readonly reason?: string;
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
  readonly clusters: readonly ClusterProgress[];
  /** Findings about the document, the primary and pairs of clusters; those of one remote stand with it. */
  readonly findings: readonly Finding[];
  readonly audit: readonly AuditEntry[];
  /** Objects created or changed in all clusters. 0 at the end means that nothing changed. */
  readonly changed: number;
}

/** A cluster's report to its rollout, sent when its status changes. */
export interface ClusterReport {
  readonly rolloutId: string;
  readonly cluster: string;
  readonly status: Status;
  readonly step?: StepName;
  readonly attention?: Attention;
  readonly finishedAt?: number;
  readonly changed: number;
  readonly proof?: Proof;
  readonly podsWithoutSidecar?: number;
}
