import { RolloutError } from '../../rollout/rollout-error.js';

/** The running rollout that holds a mesh. */
export interface RolloutHolder {
  readonly mesh: string;
  readonly rolloutId: string;
  readonly requestedBy: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

/** Thrown when a rollout of the mesh is already running; names that rollout. */
export class RolloutRunningError extends RolloutError {
  readonly holder: RolloutHolder;

  constructor(holder: RolloutHolder) {
    const since = new Date(holder.startedAt).toISOString();
    super(
      'rollout-running',
      `A rollout of mesh ${holder.mesh} has been running since ${since}, requested by ${holder.requestedBy} (rollout ${holder.rolloutId}).`,
    );
    // The argument may have more fields; the response of the API contains only these four.
    const { mesh, rolloutId, requestedBy, startedAt } = holder;
    this.holder = { mesh, rolloutId, requestedBy, startedAt };
  }
}
