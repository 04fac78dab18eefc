import type { Status } from '../../rollout/steps.js';
import type { ClusterView, RolloutView } from '../../temporal/reading/rollout-view.js';
import { inColorOf, type Style } from './layout/style.js';

const WORDS: Record<Status, string> = {
  Pending: 'pending',
  Running: 'running',
  Paused: 'paused',
  NeedsAttention: 'needs attention',
  Succeeded: 'succeeded',
  Skipped: 'skipped',
  Aborted: 'aborted',
};

/** Finished first, then running, then the rest. */
const ORDER: readonly Status[] = [
  'Succeeded',
  'Running',
  'Paused',
  'NeedsAttention',
  'Pending',
  'Skipped',
  'Aborted',
];

/** Returns the status of a rollout as users read it everywhere. */
export function statusWord(status: Status): string {
  return status === 'NeedsAttention' ? 'Needs attention' : status;
}

/** Returns how many clusters have which status: `2 succeeded · 1 running`. */
export function countLine(clusters: readonly ClusterView[], style: Style): string {
  const counts = ORDER.map((status) => ({
    status,
    count: clusters.filter((cluster) => cluster.status === status).length,
  }));
  return counts
    .filter(({ count }) => count > 0)
    .map(({ status, count }) => inColorOf(status, `${count} ${wordFor(status, count)}`, style))
    .join(' · ');
}

function wordFor(status: Status, count: number): string {
  return status === 'NeedsAttention' && count > 1 ? 'need attention' : WORDS[status];
}

/** Returns `42 objects changed`, or `nothing changed`. */
export function changedText(changed: number): string {
  if (changed === 0) return 'nothing changed';
  return changed === 1 ? '1 object changed' : `${changed} objects changed`;
}

/**
 * Returns whether a worker has reported this view. Otherwise it holds only the little that Temporal itself
 * knows.
 */
export function hasProgress(view: RolloutView): boolean {
  return view.steps.length > 0;
}

/** Returns the milliseconds from start to end, or to now. */
export function elapsedOf(
  of: Pick<RolloutView | ClusterView, 'startedAt' | 'finishedAt'>,
  now: number,
): number {
  return of.startedAt === undefined ? 0 : (of.finishedAt ?? now) - of.startedAt;
}
