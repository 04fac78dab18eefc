import { isOver } from '../../rollout/progress/rollout-progress.js';
import type { ClusterView } from '../../temporal/reading/rollout-view.js';
import { changedText } from './counts.js';
import type { Frame } from './layout/frame.js';
import type { Style } from './layout/style.js';
import { formatDuration } from './layout/time.js';

/** A part of the text about a cluster, in one style. It is cleaned and wrapped when it is shown. */
export interface DetailPart {
  readonly text: string;
  /** True for a part that is left out where it would need its own line. */
  readonly isExtra?: boolean;
  readonly style: keyof Style | undefined;
}

/** Returns what a user has to know about a cluster beyond its row: the error and what happens next. */
export function clusterDetail(cluster: ClusterView, { now, knowsChanges }: Frame): DetailPart[] {
  const { attention, attempt, status } = cluster;
  if (attention) {
    const problem = { text: `${attention.code}: ${attention.message}`, style: 'warn' } as const;
    if (isOver(status)) return [{ ...problem, style: 'dim', isExtra: true }];
    // A running cluster waits without a person, for example until another rollout releases it.
    if (status === 'Running') return [problem];
    return [problem, { text: `→ ${attention.action}`, style: undefined }];
  }
  if (status === 'Running' && attempt?.state === 'paused') {
    return [{ text: 'paused in Temporal: unpause the activity there', style: 'warn' }];
  }
  if (status === 'Running' && attempt?.lastError) {
    const { code, message } = attempt.lastError;
    const wait = attempt.nextAttemptAt === undefined ? undefined : Math.max(0, attempt.nextAttemptAt - now);
    const next = wait === undefined || wait < 500 ? 'retrying now' : `next try in ${formatDuration(wait)}`;
    return [{ text: `${code ? `${code}: ` : ''}${message} (${next})`, style: 'warn' }];
  }
  if (status === 'Succeeded' && knowsChanges !== false)
    return [{ text: changedText(cluster.changed), style: 'dim', isExtra: true }];
  return [];
}
