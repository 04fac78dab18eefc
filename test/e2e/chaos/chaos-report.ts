import type { RolloutView } from '../../../src/temporal/reading/rollout-view.js';
import type { Parked } from '../proofs/may-park.js';
import type { Outcome } from './chaos.js';
import { type ChaosPlan, seconds } from './chaos-plan.js';

/** How a disturbed rollout has gone. */
export interface ChaosReport {
  readonly rollout: RolloutView;
  readonly outcomes: readonly Outcome[];
  readonly parked: readonly Parked[];
  /** Addresses that Pods of istiod had which are gone. */
  readonly formerAddresses: readonly string[];
}

/** Returns what came of a seed as a row of the table in docs/chaos.md. */
export function describeReport(plan: ChaosPlan, { rollout, outcomes, parked }: ChaosReport): string {
  const { seed, maxConcurrency, progressDeadline = '30m' } = plan;
  const { startedAt, finishedAt = startedAt } = rollout;
  const result = parked.length === 0 ? 'at once' : `after retry: ${describeParked(parked)}`;
  const cells = [
    seed,
    `${maxConcurrency}, ${progressDeadline}`,
    describeOutcomes(outcomes, startedAt),
    hasMovedLate({ rollout, outcomes }) ? `${result}; the same document again for the last Pod` : result,
    `${Math.round((finishedAt - startedAt) / 1000)} s`,
  ];
  return `| ${cells.join(' | ')} |`;
}

/** Returns what was killed when, in the order of time; what was not killed, because the rollout had ended, comes last. */
export function describeOutcomes(outcomes: readonly Outcome[], startedAt: number): string {
  const time = ({ killedAt = Number.POSITIVE_INFINITY }: Outcome) => killedAt;
  return [...outcomes]
    .sort((one, other) => time(one) - time(other))
    .map(({ target, killedAt, restoredAt, during }) => {
      if (killedAt === undefined || restoredAt === undefined) return `${target} not any more`;
      return `${target} ${seconds(killedAt - startedAt)} + ${seconds(restoredAt - killedAt)} (${during})`;
    })
    .join('; ');
}

/** Returns what has waited for a person, where, why, and how often. */
export function describeParked(parked: readonly Parked[]): string {
  const places = parked.map(({ target, step, code }) => `${target} at ${step}, ${code}`);
  const counts = new Map<string, number>();
  for (const place of places) counts.set(place, 1 + (counts.get(place) ?? 0));
  return [...counts].map(([place, count]) => (count === 1 ? place : `${place} (${count} times)`)).join('; ');
}

/**
 * Returns whether a Pod of istiod was deleted after the rollout's last look at them. A rollout does not follow those; the
 * same document does when it is rolled out again (README.md).
 */
export function hasMovedLate({ rollout, outcomes }: Pick<ChaosReport, 'rollout' | 'outcomes'>): boolean {
  const lastLookAt = rollout.steps.find(({ step }) => step === 'refresh-endpoints')?.startedAt ?? 0;
  return outcomes.some(
    ({ target, killedAt }) => target === 'istiod-pod' && killedAt !== undefined && killedAt >= lastLookAt,
  );
}

/** Returns the same error, so that its diff is shown, with facts before its message. */
export function withFacts(error: unknown, facts: readonly string[]): unknown {
  if (error instanceof Error) error.message = [...facts, error.message].join('\n');
  return error;
}
