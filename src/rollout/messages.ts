/** Payloads of signals and updates. Each is one small JSON object, as the Temporal UI and CLI send it. */

/** Who decided, and why. Every update carries it, and the audit trail shows it. */
export interface Actor {
  readonly by?: string;
  readonly reason?: string;
  /**
   * The rollout that the decision is for. Any other rollout refuses it with `rollout-changed`. Absent: the running
   * one.
   */
  readonly rolloutId?: string;
  /** Set by the API on every decision; absent on decisions through Temporal's own UI or CLI. */
  readonly via?: 'api';
}

/** `retry` and `skip` on a rollout: one cluster, or all that wait with a code. On a cluster both are ignored. */
export interface DecisionInput extends Actor {
  readonly cluster?: string;
  readonly code?: string;
}

/** Result of `retry` and `skip`. */
export interface DecisionResult {
  readonly clusters: readonly string[];
}

/** `approve`: the wave to approve; absent = the waiting one. */
export interface ApproveInput extends Actor {
  readonly wave?: string;
}

/** `accept`: findings that the user accepts from now on, in some clusters or in all. */
export interface AcceptInput extends Actor {
  readonly codes: readonly string[];
  /**
   * Only the findings about these clusters; absent = about any cluster. Some codes require it (PER_CLUSTER_CODES).
   */
  readonly clusters?: readonly string[];
}

/** `set`: new strategy values; absent values stay the same. */
export interface SetInput extends Actor {
  readonly maxConcurrency?: number;
  readonly maxFailures?: number;
}

/** The controls of a whole rollout, by the name of the update. These updates return nothing. */
export interface Controls {
  readonly pause: Actor;
  readonly resume: Actor;
  readonly abort: Actor;
  readonly approve: ApproveInput;
  readonly accept: AcceptInput;
  readonly set: SetInput;
}

/** Signal `decision` from a rollout to a cluster's workflow. `report` requests its current state. */
export interface ClusterDecision {
  readonly action: 'retry' | 'skip' | 'pause' | 'resume' | 'report';
  /** When it was decided: milliseconds since the epoch, and the position among decisions of the same moment. */
  readonly order: readonly [at: number, place: number];
  /** With `retry`: the codes of findings that are accepted for the cluster so far. */
  readonly accept?: readonly string[];
}

/** Result of the workflow `rollout`. Every cluster's own result is in the query `progress`. */
export interface RolloutSummary {
  readonly mesh: string;
  readonly status: 'Succeeded' | 'Aborted';
  readonly succeeded: number;
  readonly skipped: readonly string[];
  /** Objects created or changed in all clusters. */
  readonly changed: number;
  /** A summary in one line. */
  readonly message: string;
}
