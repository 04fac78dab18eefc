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

/** What is done, what moves, what does not. */
const ORDER: readonly Status[] = [
  'Succeeded',
  'Running',
  'Paused',
  'NeedsAttention',
  'Pending',
  'Skipped',
  'Aborted',
];

/** The status of a rollout, in the words that users read everywhere. */
export function statusWord(status: Status): string {
  return status === 'NeedsAttention' ? 'Needs attention' : status;
}

/** `2 succeeded · 1 running`: how many clusters have which status. */
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

/** `42 objects changed`, or that nothing was. */
export function changedText(changed: number): string {
  if (changed === 0) return 'nothing changed';
  return changed === 1 ? '1 object changed' : `${changed} objects changed`;
}

/** Whether a view was ever told by a worker; else it is the little that Temporal itself keeps. */
export function hasProgress(view: RolloutView): boolean {
  return view.steps.length > 0;
}

/** Milliseconds from start to end, or to now. */
export function elapsedOf(
  of: Pick<RolloutView | ClusterView, 'startedAt' | 'finishedAt'>,
  now: number,
): number {
  return of.startedAt === undefined ? 0 : (of.finishedAt ?? now) - of.startedAt;
}
