import type { Status, StepName } from '../steps.js';
import type { Attention, ClusterProgress, ClusterReport, StepProgress } from './progress.js';
import type { Proof, StepResult } from './step-results.js';

/** What happens to one cluster. Times are milliseconds since the epoch, taken by the workflow. */
export type ClusterEvent =
  | { readonly type: 'step-started'; readonly step: StepName; readonly at: number }
  | {
      readonly type: 'step-succeeded';
      readonly step: StepName;
      readonly at: number;
      readonly result: StepResult;
    }
  | { readonly type: 'attention-needed'; readonly at: number; readonly attention: Attention }
  | { readonly type: 'retried' }
  | { readonly type: 'paused' }
  | { readonly type: 'resumed' }
  | {
      readonly type: 'proved';
      readonly proofs: readonly Proof[];
      readonly endpoints: readonly string[];
      readonly podsWithoutSidecar: number;
    }
  | { readonly type: 'finished'; readonly at: number; readonly status: 'Succeeded' | 'Skipped' | 'Aborted' };

/** The progress of a cluster whose workflow has just started: every step is pending. */
export function startCluster(
  cluster: string,
  role: 'primary' | 'remote',
  steps: readonly StepName[],
  at: number,
): ClusterProgress {
  return {
    cluster,
    role,
    status: 'Running',
    startedAt: at,
    changed: 0,
    steps: steps.map((step) => ({ step, status: 'Pending', attempts: 0 })),
  };
}

/** The next progress of a cluster. Pure: the same events give the same progress, on every replay. */
export function reduceCluster(progress: ClusterProgress, event: ClusterEvent): ClusterProgress {
  switch (event.type) {
    case 'step-started':
      return {
        ...withoutAttention(progress),
        status: 'Running',
        step: event.step,
        steps: withStep(progress, event.step, (step) => ({
          ...step,
          status: 'Running',
          startedAt: step.startedAt ?? event.at,
        })),
      };
    case 'step-succeeded':
      return {
        ...progress,
        changed: progress.changed + event.result.changed,
        findings: [...(progress.findings ?? []), ...(event.result.findings ?? [])],
        steps: withStep(progress, event.step, (step) => ({
          ...step,
          status: 'Succeeded',
          finishedAt: event.at,
          attempts: step.attempts + (event.result.attempts ?? 1),
          changed: (step.changed ?? 0) + event.result.changed,
          message: event.result.summary,
        })),
      };
    case 'attention-needed':
      return {
        ...progress,
        status: 'NeedsAttention',
        attention: event.attention,
        steps: withStep(progress, progress.step, (step) => ({
          ...step,
          status: 'NeedsAttention',
          attempts: step.attempts + 1,
          message: event.attention.message,
        })),
      };
    case 'retried':
      return { ...withoutAttention(progress), status: 'Running' };
    case 'paused':
      return { ...progress, status: 'Paused' };
    case 'resumed':
      return { ...progress, status: 'Running' };
    case 'proved':
      return {
        ...progress,
        proofs: event.proofs,
        endpoints: event.endpoints,
        podsWithoutSidecar: event.podsWithoutSidecar,
      };
    case 'finished':
      return {
        ...progress,
        status: event.status,
        finishedAt: event.at,
        ...(event.status === 'Succeeded' ? {} : { steps: closeSteps(progress, event.status) }),
      };
  }
}

/** The report that a cluster's workflow sends to its rollout: its progress without the steps. */
export function reportOf(progress: ClusterProgress, rolloutId: string): ClusterReport {
  const { cluster, status, step, attention, finishedAt, changed, proofs, endpoints, podsWithoutSidecar } =
    progress;
  return {
    rolloutId,
    cluster,
    status,
    changed,
    ...(step && { step }),
    ...(attention && { attention }),
    ...(finishedAt !== undefined && { finishedAt }),
    ...(proofs && { proofs }),
    ...(endpoints && { endpoints }),
    ...(podsWithoutSidecar !== undefined && { podsWithoutSidecar }),
  };
}

function withStep(
  progress: ClusterProgress,
  name: StepName | undefined,
  change: (step: StepProgress) => StepProgress,
): StepProgress[] {
  return (progress.steps ?? []).map((step) => (step.step === name ? change(step) : step));
}

function closeSteps(progress: ClusterProgress, status: Status): StepProgress[] {
  return (progress.steps ?? []).map((step) => (step.status === 'Succeeded' ? step : { ...step, status }));
}

function withoutAttention(progress: ClusterProgress): ClusterProgress {
  const { attention: _gone, ...rest } = progress;
  return rest;
}
