import type { ClusterProgress, RolloutProgress } from '../../rollout/progress/progress.js';

/** What Temporal says about the activity that works for something right now; read live, never from history. */
export interface Attempt {
  /** Name of the activity, in the spelling of the steps, e.g. `install-remote`. */
  readonly activity: string;
  /** 1 for the first try; while waiting the number of the next one. */
  readonly attempt: number;
  /** `waiting` between two tries, `paused` by someone in the Temporal UI. */
  readonly state: 'running' | 'waiting' | 'paused';
  /** Why the last try failed. */
  readonly lastError?: { readonly code?: string; readonly message: string };
  /** When the next try starts, in milliseconds since the epoch; only while waiting. */
  readonly nextAttemptAt?: number;
}

/** A cluster's progress with what it is trying right now. */
export interface ClusterView extends ClusterProgress {
  readonly attempt?: Attempt;
}

/** Temporal's status of the workflow of a rollout. */
export type Execution =
  | 'RUNNING'
  | 'COMPLETED'
  | 'FAILED'
  | 'CANCELLED'
  | 'TERMINATED'
  | 'TIMED_OUT'
  | 'PAUSED'
  | 'UNKNOWN';

/** A rollout as the API gives it: the progress, and what only Temporal knows. */
export interface RolloutView extends Omit<RolloutProgress, 'clusters' | 'clusterCount'> {
  readonly workflowId: string;
  readonly execution: Execution;
  /**
   * `none` when no worker answered, `failing` when the workflow's code fails in the worker: then the progress is what
   * Temporal itself keeps, the status of the rollout and of its clusters, and the rest is empty.
   */
  readonly worker: 'answers' | 'none' | 'failing';
  /** The Worker Deployment Version whose workers work on it, such as `mesh-rollout:0.1.0-3f2a9c1b77d0`. */
  readonly version?: string;
  /** For the rollout's own steps. */
  readonly attempt?: Attempt;
  readonly clusters: readonly ClusterView[];
  /** When the workflow failed over its document: every problem. */
  readonly problems?: readonly { readonly path: string; readonly message: string }[];
}

/** One line of the list of rollouts. */
export interface RolloutListItem {
  readonly mesh: string;
  readonly rolloutId: string;
  readonly status: RolloutProgress['status'];
  readonly execution: Execution;
  readonly requestedBy: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly finishedAt?: number;
}
