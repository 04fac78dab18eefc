import type { ClusterView, RolloutView } from './rollout-view.js';

/** A rollout without its clusters. */
type RolloutHeader = Omit<RolloutView, 'clusters'>;

/**
 * The events that followers of a rollout receive: first a snapshot, then changes. `id` increases with every event;
 * `at` is when it was seen, in milliseconds since the epoch.
 */
export type RolloutEvent =
  | { readonly type: 'snapshot'; readonly id: number; readonly at: number; readonly rollout: RolloutView }
  | {
      readonly type: 'change';
      readonly id: number;
      readonly at: number;
      /** The rollout without its clusters. */
      readonly rollout: RolloutHeader;
      /** The clusters that changed, each complete. */
      readonly clusters: readonly ClusterView[];
    };

/** Returns the rollout after an event. The same events always lead to the same view. */
export function applyEvent(view: RolloutView | undefined, event: RolloutEvent): RolloutView {
  if (event.type === 'snapshot') return event.rollout;
  const changed = new Map(event.clusters.map((cluster) => [cluster.cluster, cluster]));
  const clusters = (view?.clusters ?? []).map((cluster) => changed.get(cluster.cluster) ?? cluster);
  return { ...event.rollout, clusters };
}

/** Returns the event that leads from one view to the next, or undefined when they are equal. */
export function eventBetween(
  previous: RolloutView | undefined,
  next: RolloutView,
  id: number,
  at: number,
): RolloutEvent | undefined {
  if (previous === undefined || !hasSameClusters(previous, next))
    return { type: 'snapshot', id, at, rollout: next };
  const { clusters: _before, ...header } = previous;
  const { clusters: _after, ...nextHeader } = next;
  const clusters = next.clusters.filter((cluster, index) => !isSame(cluster, previous.clusters[index]));
  if (clusters.length === 0 && isSame(header, nextHeader)) return undefined;
  return { type: 'change', id, at, rollout: nextHeader, clusters };
}

/**
 * Returns what to show when no worker answered: the last known progress, marked as old, instead of the little that
 * Temporal itself knows.
 */
export function keepKnown(previous: RolloutView | undefined, fresh: RolloutView): RolloutView {
  if (fresh.worker === 'answers' || previous?.rolloutId !== fresh.rolloutId) return fresh;
  const { execution, worker } = fresh;
  return { ...previous, execution, worker, ...(execution !== 'RUNNING' && { status: fresh.status }) };
}

function hasSameClusters(one: RolloutView, other: RolloutView): boolean {
  return (
    one.rolloutId === other.rolloutId &&
    one.clusters.length === other.clusters.length &&
    one.clusters.every((cluster, index) => cluster.cluster === other.clusters[index]?.cluster)
  );
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
