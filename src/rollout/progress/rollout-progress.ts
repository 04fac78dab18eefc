import type { Finding } from '../checks/findings.js';
import type { ResolvedRollout } from '../resolve/resolved.js';
import { ROLLOUT_STEPS, type RolloutStep, type Status } from '../steps.js';
import type {
  Attention,
  AuditEntry,
  ClusterProgress,
  ClusterReport,
  ProgressPage,
  RolloutProgress,
  StepProgress,
  WaveProgress,
} from './progress.js';

/** What happens to a rollout. Times are milliseconds since the epoch, taken by the workflow. */
export type ProgressEvent =
  | {
      readonly type: 'step';
      readonly step: RolloutStep;
      readonly status: Status;
      readonly at: number;
      readonly message?: string;
    }
  | { readonly type: 'resolved'; readonly resolved: ResolvedRollout }
  | { readonly type: 'findings'; readonly findings: readonly Finding[] }
  | { readonly type: 'cluster-findings'; readonly cluster: string; readonly findings: readonly Finding[] }
  | {
      readonly type: 'cluster-started';
      readonly cluster: string;
      readonly at: number;
      readonly attention?: Attention;
    }
  | { readonly type: 'cluster-waits'; readonly cluster: string }
  | { readonly type: 'cluster-held'; readonly cluster: string; readonly attention: Attention }
  | { readonly type: 'cluster-reported'; readonly report: ClusterReport }
  | { readonly type: 'cluster-skipped'; readonly cluster: string; readonly at: number }
  | {
      readonly type: 'wave';
      readonly wave: string;
      readonly status: Status;
      readonly waitingFor?: string;
      readonly settledAt?: number;
    }
  | { readonly type: 'attention-needed'; readonly attention: Attention }
  | { readonly type: 'attention-over' }
  | { readonly type: 'paused' }
  | { readonly type: 'resumed' }
  | { readonly type: 'decided'; readonly entry: AuditEntry }
  | { readonly type: 'finished'; readonly at: number; readonly status: 'Succeeded' | 'Aborted' };

/** Returns the progress of a rollout whose workflow has just started. Its clusters are known after `resolved`. */
export function startRollout(start: {
  mesh: string;
  rolloutId: string;
  requestedBy: string;
  at: number;
}): RolloutProgress {
  return {
    mesh: start.mesh,
    rolloutId: start.rolloutId,
    release: '',
    requestedBy: start.requestedBy,
    status: 'Running',
    startedAt: start.at,
    steps: ROLLOUT_STEPS.map((step) => ({ step, status: 'Pending', attempts: 0 })),
    waves: [],
    clusters: [],
    clusterCount: 0,
    findings: [],
    audit: [],
    changed: 0,
  };
}

const PAGE = 250;

/** Returns one page of a progress. Only the first page contains the head of the rollout. */
export function pageOf(
  progress: RolloutProgress,
  { from = 0, limit = PAGE }: ProgressPage = {},
): RolloutProgress {
  const clusters = progress.clusters.slice(from, from + limit);
  return from === 0
    ? { ...progress, clusters }
    : { ...progress, clusters, waves: [], findings: [], audit: [] };
}

/** Returns the next progress of a rollout. Pure: the same events lead to the same progress on every replay. */
export function reduceRollout(progress: RolloutProgress, event: ProgressEvent): RolloutProgress {
  const next = apply(progress, event);
  return {
    ...next,
    status: statusOf(next, event),
    changed: next.clusters.reduce((sum, cluster) => sum + cluster.changed, 0),
  };
}

function apply(progress: RolloutProgress, event: ProgressEvent): RolloutProgress {
  switch (event.type) {
    case 'step':
      return {
        ...progress,
        steps: progress.steps.map((step) => (step.step === event.step ? stepAfter(step, event) : step)),
      };
    case 'resolved':
      return { ...progress, release: event.resolved.release, ...clustersOf(event.resolved) };
    case 'findings':
      return { ...progress, findings: event.findings };
    case 'cluster-findings':
      return withCluster(progress, event.cluster, (cluster) => ({ ...cluster, findings: event.findings }));
    case 'cluster-started':
      return withCluster(progress, event.cluster, (cluster) => ({
        ...withoutAttention(cluster),
        status: 'Running',
        startedAt: cluster.startedAt ?? event.at,
        ...(event.attention && { attention: event.attention }),
      }));
    case 'cluster-waits':
      return withCluster(progress, event.cluster, (cluster) => ({
        ...withoutAttention(cluster),
        status: 'Pending',
      }));
    case 'cluster-held':
      return withCluster(progress, event.cluster, (cluster) => ({
        ...cluster,
        status: 'NeedsAttention',
        attention: event.attention,
      }));
    case 'cluster-reported': {
      const { rolloutId: _sender, decided: _audited, ...report } = event.report;
      return withCluster(progress, report.cluster, (cluster) => ({
        ...withoutAttention(cluster),
        ...report,
      }));
    }
    case 'cluster-skipped':
      return withCluster(progress, event.cluster, (cluster) => ({
        ...cluster,
        status: 'Skipped',
        finishedAt: event.at,
      }));
    case 'wave':
      return {
        ...progress,
        waves: progress.waves.map((wave) => (wave.name === event.wave ? waveAfter(wave, event) : wave)),
      };
    case 'attention-needed':
      return { ...progress, attention: event.attention };
    case 'attention-over':
      return withoutAttention(progress);
    case 'paused':
    case 'resumed':
      return progress;
    case 'decided':
      return { ...progress, audit: [...progress.audit, event.entry].slice(-AUDIT_LIMIT) };
    case 'finished':
      return {
        ...withoutAttention(progress),
        finishedAt: event.at,
        waves: progress.waves.map((wave) => waveAfter(wave, { status: event.status })),
        clusters: progress.clusters.map((cluster) =>
          isOver(cluster.status) ? cluster : { ...cluster, status: event.status },
        ),
      };
  }
}

/** The progress keeps only the newest decisions. Older ones are in the workflow's history. */
const AUDIT_LIMIT = 200;

function statusOf(progress: RolloutProgress, event: ProgressEvent): Status {
  if (event.type === 'finished') return event.status;
  if (event.type === 'paused') return 'Paused';
  if (progress.status === 'Paused' && event.type !== 'resumed') return 'Paused';
  return waitsForPerson(progress) ? 'NeedsAttention' : 'Running';
}

/** Returns true when the rollout cannot continue without a person. */
function waitsForPerson(progress: RolloutProgress): boolean {
  if (progress.attention || progress.waves.some((wave) => wave.status === 'NeedsAttention')) return true;
  // After a wave's minSuccessTime the next wave starts automatically.
  if (progress.waves.some((wave) => wave.status === 'Running' && wave.waitingFor !== undefined)) return false;
  const is = (status: Status) => progress.clusters.some((cluster) => cluster.status === status);
  return is('NeedsAttention') && !is('Running') && !is('Paused');
}

/** Returns true for a final status. */
export function isOver(status: Status): boolean {
  return status === 'Succeeded' || status === 'Skipped' || status === 'Aborted';
}

function clustersOf(resolved: ResolvedRollout): Pick<RolloutProgress, 'clusters' | 'clusterCount' | 'waves'> {
  const waveOf = new Map(
    resolved.waves.flatMap((wave) => wave.clusters.map((cluster) => [cluster, wave.name] as const)),
  );
  const remotes = resolved.remotes.map(({ cluster }): ClusterProgress => {
    const wave = waveOf.get(cluster);
    return { cluster, role: 'remote', status: 'Pending', changed: 0, ...(wave !== undefined && { wave }) };
  });
  return {
    clusters: [
      { cluster: resolved.primary.cluster, role: 'primary', status: 'Pending', changed: 0 },
      ...remotes,
    ],
    clusterCount: remotes.length + 1,
    waves: resolved.waves.map(({ name, clusters }) => ({ name, status: 'Pending', clusters })),
  };
}

function stepAfter(
  step: StepProgress,
  event: { status: Status; at: number; message?: string },
): StepProgress {
  const { message: _old, ...rest } = step;
  return {
    ...rest,
    status: event.status,
    attempts: event.status === 'Running' ? step.attempts + 1 : step.attempts,
    startedAt: step.startedAt ?? event.at,
    ...(isOver(event.status) && { finishedAt: event.at }),
    ...(event.message !== undefined && { message: event.message }),
  };
}

function waveAfter(
  wave: WaveProgress,
  event: { status: Status; waitingFor?: string; settledAt?: number },
): WaveProgress {
  const { waitingFor: _old, ...rest } = wave;
  return {
    ...rest,
    status: isOver(wave.status) ? wave.status : event.status,
    ...(event.waitingFor !== undefined && { waitingFor: event.waitingFor }),
    ...(event.settledAt !== undefined && { settledAt: event.settledAt }),
  };
}

function withCluster(
  progress: RolloutProgress,
  name: string,
  change: (cluster: ClusterProgress) => ClusterProgress,
): RolloutProgress {
  const place = progress.clusters.findIndex((cluster) => cluster.cluster === name);
  const cluster = progress.clusters[place];
  return cluster ? { ...progress, clusters: progress.clusters.with(place, change(cluster)) } : progress;
}

function withoutAttention<T extends { readonly attention?: Attention }>(progress: T): Omit<T, 'attention'> {
  const { attention: _gone, ...rest } = progress;
  return rest;
}
