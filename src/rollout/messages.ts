/** Payloads of signals and updates: each one small JSON object, as the Temporal UI and CLI send it. */

/** Who decided, and why; every update carries it, the audit trail shows it. */
export interface Actor {
  readonly by?: string;
  readonly reason?: string;
  /** The rollout that the decision is for: another one refuses it with `rollout-changed`. Absent: the one that runs. */
  readonly rolloutId?: string;
  /** Set by the API on every decision; absent on those that come through Temporal's own UI or CLI. */
  readonly via?: 'api';
}

/** `retry` and `skip` on a rollout: one cluster, or all that wait with a code. On a cluster both are ignored. */
export interface DecisionInput extends Actor {
  readonly cluster?: string;
  readonly code?: string;
}

/** Answer of `retry` and `skip`. */
export interface DecisionResult {
  readonly clusters: readonly string[];
}

/** `approve`: the wave to let go on; absent = the one that waits. */
export interface ApproveInput extends Actor {
  readonly wave?: string;
}

/** `accept`: findings that the user takes on from now on, in some clusters or in all. */
export interface AcceptInput extends Actor {
  readonly codes: readonly string[];
  /** Only the findings about these clusters; absent = those about any. Some codes need it (PER_CLUSTER_CODES). */
  readonly clusters?: readonly string[];
}

/** `set`: strategy values from now on; absent ones stay. */
export interface SetInput extends Actor {
  readonly maxConcurrency?: number;
  readonly maxFailures?: number;
}

/** What steers a rollout as a whole, by the name of its update. These updates answer nothing. */
export interface Controls {
  readonly pause: Actor;
  readonly resume: Actor;
  readonly abort: Actor;
  readonly approve: ApproveInput;
  readonly accept: AcceptInput;
  readonly set: SetInput;
}

/** Signal `decision` from a rollout to a cluster's workflow. `report` asks for its present state. */
export interface ClusterDecision {
  readonly action: 'retry' | 'skip' | 'pause' | 'resume' | 'report';
  /** When it was decided: milliseconds since the epoch, and the place among decisions of the same moment. */
  readonly order: readonly [at: number, place: number];
  /** With `retry`: the codes of findings that are accepted for the cluster by now. */
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
  /** One line for people. */
  readonly message: string;
}
