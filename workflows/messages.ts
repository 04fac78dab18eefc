import { ApplicationFailure, defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import { ERRORS, type ErrorCode, FINDINGS, type FindingCode } from '../src/rollout/codes.js';
import type {
  AcceptInput,
  Actor,
  ApproveInput,
  ClusterDecision,
  DecisionInput,
  DecisionResult,
  SetInput,
} from '../src/rollout/messages.js';
import { Message } from '../src/rollout/names.js';
import type { PlanProgress } from '../src/rollout/plan/plan.js';
import type {
  ClusterProgress,
  ClusterReport,
  ProgressPage,
  RolloutProgress,
} from '../src/rollout/progress/progress.js';
import { ACCEPTABLE, PER_CLUSTER_CODES, RELEASED_BY } from '../src/rollout/resolve/acceptance.js';

/** The queries, signals and updates of the workflows. Validators are synchronous, as Temporal requires. */

export const rolloutProgress = defineQuery<RolloutProgress, [ProgressPage?]>(Message.progress);
export const clusterProgress = defineQuery<ClusterProgress>(Message.progress);
export const planProgress = defineQuery<PlanProgress>(Message.progress);

export const clusterReport = defineSignal<[ClusterReport]>(Message.clusterReport);
export const decision = defineSignal<[ClusterDecision]>(Message.decision);

export const retry = defineUpdate<DecisionResult, [DecisionInput?]>(Message.retry);
export const skip = defineUpdate<DecisionResult, [DecisionInput?]>(Message.skip);
export const pause = defineUpdate<void, [Actor?]>(Message.pause);
export const resume = defineUpdate<void, [Actor?]>(Message.resume);
export const abort = defineUpdate<void, [Actor?]>(Message.abort);
export const approve = defineUpdate<void, [ApproveInput?]>(Message.approve);
export const accept = defineUpdate<void, [AcceptInput]>(Message.accept);
export const set = defineUpdate<void, [SetInput]>(Message.set);

/** Rejects an update. The client sees the code as the type of the failure. */
export function reject(code: ErrorCode, message: string): never {
  throw ApplicationFailure.nonRetryable(message, code, { code, action: ERRORS[code].action });
}

/** Rejects a decision about a cluster that does not wait for one. */
export function rejectUnlessWaiting({ cluster, status }: ClusterProgress): void {
  if (status !== 'NeedsAttention')
    reject('not-waiting', `Cluster ${cluster} is ${status}: it does not wait for a decision.`);
}

/** Rejects skipping the primary: without it no remote can be attached. */
export function rejectPrimary({ cluster, role }: ClusterProgress): void {
  if (role === 'primary')
    reject('not-waiting', `Cluster ${cluster} is the primary: it cannot be skipped; retry it or abort.`);
}

/** Rejects a decision about another rollout of the mesh, for example the previous one. */
export function rejectOtherRollout(actor: Actor | null | undefined, rolloutId: string, mesh: string): void {
  const meant = actor?.rolloutId;
  if (meant !== undefined && meant !== rolloutId)
    reject('rollout-changed', `The decision is for the rollout ${meant} of ${mesh}; ${rolloutId} runs now.`);
}

/** Returns whether accepting some findings lets a step that failed with a code run again. */
export function isReleasedBy(code: string | undefined, accepted: readonly string[]): boolean {
  const releasing: readonly string[] = RELEASED_BY[code as ErrorCode] ?? [];
  return releasing.some((finding) => accepted.includes(finding));
}

/**
 * Rejects an `accept` with codes that are not findings or cannot be accepted, or without the clusters that it needs.
 */
export function rejectUnlessCodes(input: AcceptInput | undefined): void {
  const codes = Array.isArray(input?.codes) ? input.codes : [];
  if (codes.length === 0) reject('decision-invalid', 'accept needs codes: a list of finding codes.');
  const { clusters } = input ?? {};
  if (clusters !== undefined && !(Array.isArray(clusters) && clusters.length > 0))
    reject('decision-invalid', 'clusters must be a list of at least one name.');
  for (const code of codes) {
    if (!Object.hasOwn(FINDINGS, code)) reject('decision-invalid', `${code} is not the code of a finding.`);
    const { action } = FINDINGS[code as FindingCode];
    if (!ACCEPTABLE.includes(code as FindingCode))
      reject('decision-invalid', `${code} cannot be accepted: ${action}`);
    if (clusters === undefined && PER_CLUSTER_CODES.includes(code as FindingCode))
      reject('decision-invalid', `${code} can only be accepted for named clusters: add clusters.`);
  }
}

/** Rejects a `set` with anything but whole numbers in range. */
export function rejectUnlessStrategy(input: SetInput | undefined): void {
  const { maxConcurrency, maxFailures } = input ?? {};
  if (maxConcurrency === undefined && maxFailures === undefined) {
    reject('decision-invalid', 'set needs maxConcurrency or maxFailures.');
  }
  if (maxConcurrency !== undefined && !(Number.isInteger(maxConcurrency) && maxConcurrency >= 1)) {
    reject('decision-invalid', 'maxConcurrency must be a whole number of 1 or more.');
  }
  if (maxFailures !== undefined && !(Number.isInteger(maxFailures) && maxFailures >= 0)) {
    reject('decision-invalid', 'maxFailures must be a whole number of 0 or more.');
  }
}
