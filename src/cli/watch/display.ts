import type { RolloutView } from '../../temporal/reading/rollout-view.js';
import type { Followed } from '../follow.js';

/** How a watch ends: the rollout is over, waits for a person, or goes on unwatched. */
export type WatchEnd = 'over' | 'waiting' | 'goes-on';

/** What shows a rollout while it is followed. */
export interface WatchDisplay {
  /** Something came; `view` is the rollout after it, absent before the first snapshot. */
  show(item: Followed, view: RolloutView | undefined): void;
  /** The last word. */
  close(end: WatchEnd, view: RolloutView | undefined): void;
}
