import type { RolloutView } from '../../temporal/reading/rollout-view.js';
import type { Followed } from '../follow.js';

/** How a watch ends: the rollout has finished, waits for a person, or continues unwatched. */
export type WatchEnd = 'over' | 'waiting' | 'goes-on';

/** Shows a rollout while it is followed. */
export interface WatchDisplay {
  /** Called for every item. `view` is the rollout after it, absent before the first snapshot. */
  show(item: Followed, view: RolloutView | undefined): void;
  /** Called once, when the watch ends. */
  close(end: WatchEnd, view: RolloutView | undefined): void;
}
