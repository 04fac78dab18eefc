import type { ClusterView, RolloutView } from './rollout-view.js';

/** A rollout without its clusters. */
type RolloutHeader = Omit<RolloutView, 'clusters'>;

/**
 * What followers of a rollout get: first a snapshot, then changes. `id` grows with every event; `at` is when it was
 * seen, in milliseconds since the epoch.
 */
export type RolloutEvent =
  | { readonly type: 'snapshot'; readonly id: number; readonly at: number; readonly rollout: RolloutView }
  | {
      readonly type: 'change';
      readonly id: number;
      readonly at: number;
      /** All of the rollout but its clusters. */
      readonly rollout: RolloutHeader;
      /** The clusters that changed, each one whole. */
      readonly clusters: readonly ClusterView[];
    };

/** The rollout after an event; the same events lead everyone to the same view. */
export function applyEvent(view: RolloutView | undefined, event: RolloutEvent): RolloutView {
  if (event.type === 'snapshot') return event.rollout;
  const changed = new Map(event.clusters.map((cluster) => [cluster.cluster, cluster]));
  const clusters = (view?.clusters ?? []).map((cluster) => changed.get(cluster.cluster) ?? cluster);
  return { ...event.rollout, clusters };
}

/** The event that leads from one view to the next; nothing when they say the same. */
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
 * What to show after a look that no worker answered: the last known progress, marked as old, rather than the little
 * that Temporal itself keeps.
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
