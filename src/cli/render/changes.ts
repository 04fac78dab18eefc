import type { StepProgress } from '../../rollout/progress/progress.js';
import { isOver } from '../../rollout/progress/rollout-progress.js';
import type { ClusterView, RolloutView } from '../../temporal/reading/rollout-view.js';
import { changedText, elapsedOf, hasProgress } from './counts.js';
import { clean, pad } from './layout/text.js';
import { formatClock, formatDuration } from './layout/time.js';

/**
 * Returns what has changed between two views of a rollout: one line per change, for logs and pipes.
 * @param previous absent for the first view
 * @param at when it was seen, in milliseconds since the epoch
 */
export function renderChanges(previous: RolloutView | undefined, next: RolloutView, at: number): string[] {
  const width = Math.max(next.mesh.length, ...next.clusters.map(({ cluster }) => cluster.length));
  const line = (who: string, what: string) => `${formatClock(at)}  ${pad(who, width)}  ${what}`;
  const before = new Map(previous?.clusters.map((cluster) => [cluster.cluster, cluster]));
  const ofRollout = rolloutChanges(previous, next).map((what) => line(next.mesh, what));
  const ofClusters = next.clusters.flatMap((cluster) =>
    clusterChanges(before.get(cluster.cluster), cluster, at, hasProgress(next)).map((what) =>
      line(cluster.cluster, what),
    ),
  );
  // A rollout ends after its clusters, even when both ends are seen at the same time.
  return isOver(next.status) ? [...ofClusters, ...ofRollout] : [...ofRollout, ...ofClusters];
}

function rolloutChanges(previous: RolloutView | undefined, next: RolloutView): string[] {
  const lines: string[] = [];
  if (previous?.worker !== next.worker && (previous || next.worker !== 'answers'))
    lines.push(workerText(next.worker));
  if (previous?.status !== next.status) lines.push(next.status);
  next.steps.forEach((step, index) => {
    const text = stepText(step);
    if (text !== undefined && text !== stepText(previous?.steps[index])) lines.push(text);
  });
  if (next.attempt?.lastError && next.attempt.attempt !== previous?.attempt?.attempt)
    lines.push(attemptText(next));
  for (const wave of next.waves) {
    const old = previous?.waves.find(({ name }) => name === wave.name);
    if (wave.waitingFor !== undefined && wave.waitingFor !== old?.waitingFor) {
      lines.push(`wave ${wave.name} waits for ${clean(wave.waitingFor)}`);
    }
  }
  if (next.attention && next.attention.message !== previous?.attention?.message)
    lines.push(attentionText(next));
  for (const { path, message } of previous?.problems ? [] : (next.problems ?? []))
    lines.push(`${path} ${message}`);
  return lines;
}

function clusterChanges(
  previous: ClusterView | undefined,
  next: ClusterView,
  at: number,
  knowsChanges: boolean,
): string[] {
  const { status, step, attention } = next;
  const isNew = previous?.status !== status;
  if (status === 'Pending') return [];
  if (status === 'NeedsAttention' || status === 'Paused') {
    const isSame = !isNew && previous?.attention?.message === attention?.message;
    return isSame
      ? []
      : [`${status}${step ? ` at ${step}` : ''}${attention ? `: ${attentionText(next)}` : ''}`];
  }
  if (status === 'Running') return runningChanges(previous, next, at);
  if (!isNew) return [];
  const took = next.startedAt === undefined ? '' : ` after ${formatDuration(elapsedOf(next, at))}`;
  const changed = status === 'Succeeded' && knowsChanges ? `, ${changedText(next.changed)}` : '';
  return [`${status}${took}${changed}`];
}

function runningChanges(previous: ClusterView | undefined, next: ClusterView, at: number): string[] {
  const { step, attempt, attention } = next;
  const lines: string[] = [];
  if (previous?.status !== 'Running' || previous.step !== step)
    lines.push(`Running${step ? ` ${step}` : ''}`);
  if (attention && attention.message !== previous?.attention?.message) lines.push(attentionText(next));
  if (attempt?.lastError && (attempt.attempt !== previous?.attempt?.attempt || !previous.attempt.lastError)) {
    lines.push(attemptText(next, at));
  }
  return lines;
}

function stepText(step: StepProgress | undefined): string | undefined {
  if (!step || step.status === 'Pending') return undefined;
  return `${step.step} ${step.status}${step.message ? `: ${clean(step.message)}` : ''}`;
}

function attemptText({ attempt }: Pick<ClusterView, 'attempt'>, at?: number): string {
  const error = attempt?.lastError;
  const next = attempt?.nextAttemptAt;
  const isKnown = at !== undefined && next !== undefined && next - at >= 500;
  const wait = isKnown ? `; next try in ${formatDuration(next - at)}` : '';
  const failed = (attempt?.attempt ?? 2) - 1;
  return `${attempt?.activity} try ${failed} failed: ${error?.code ? `${error.code}: ` : ''}${clean(error?.message ?? '')}${wait}`;
}

function attentionText({ attention }: Pick<ClusterView, 'attention'>): string {
  return attention ? `${attention.code}: ${clean(attention.message)} → ${clean(attention.action)}` : '';
}

function workerText(worker: RolloutView['worker']): string {
  if (worker === 'answers') return 'a worker answers again';
  return worker === 'none'
    ? 'no worker answers: the rollout continues when one runs again'
    : 'the workflow fails in the worker: check its log';
}
