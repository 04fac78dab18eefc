import type { ClusterProgress, RolloutProgress } from '../../rollout/progress/progress.js';

/** What Temporal says about the activity that is running now. It is read live, never from history. */
export interface Attempt {
  /** Name of the activity, in the spelling of the steps, e.g. `install-remote`. */
  readonly activity: string;
  /** 1 for the first attempt; while waiting, the number of the next attempt. */
  readonly attempt: number;
  /** `waiting` between two attempts, `paused` by someone in the Temporal UI. */
  readonly state: 'running' | 'waiting' | 'paused';
  /** Why the last attempt failed. */
  readonly lastError?: { readonly code?: string; readonly message: string };
  /** When the next attempt starts, in milliseconds since the epoch; only while waiting. */
  readonly nextAttemptAt?: number;
}

/** The progress of a cluster, with its current attempt. */
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

/** A rollout as the API returns it: the progress, and what only Temporal knows. */
export interface RolloutView extends Omit<RolloutProgress, 'clusters' | 'clusterCount'> {
  readonly workflowId: string;
  readonly execution: Execution;
  /**
   * `none` when no worker answered, `failing` when the workflow's code fails in the worker. In both cases the
   * progress is what Temporal itself knows: the status of the rollout and of its clusters. The rest is empty.
   */
  readonly worker: 'answers' | 'none' | 'failing';
  /** The Worker Deployment Version whose workers work on it, such as `mesh-rollout:0.1.0-3f2a9c1b77d0`. */
  readonly version?: string;
  /** The current attempt of the rollout's own steps. */
  readonly attempt?: Attempt;
  readonly clusters: readonly ClusterView[];
  /** When the workflow failed because of its document: every problem. */
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
