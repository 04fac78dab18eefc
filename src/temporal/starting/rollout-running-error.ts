import { RolloutError } from '../../rollout/rollout-error.js';

/** Who holds a mesh: the rollout of it that runs. */
export interface RolloutHolder {
  readonly mesh: string;
  readonly rolloutId: string;
  readonly requestedBy: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

/** Thrown when a rollout of the mesh runs already; says which. */
export class RolloutRunningError extends RolloutError {
  readonly holder: RolloutHolder;

  constructor(holder: RolloutHolder) {
    const since = new Date(holder.startedAt).toISOString();
    super(
      'rollout-running',
      `A rollout of mesh ${holder.mesh} is running since ${since}, requested by ${holder.requestedBy} (rollout ${holder.rolloutId}).`,
    );
    // What is given may know more of the rollout; the answer of the API tells these four.
    const { mesh, rolloutId, requestedBy, startedAt } = holder;
    this.holder = { mesh, rolloutId, requestedBy, startedAt };
  }
}
