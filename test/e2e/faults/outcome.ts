import { expect } from 'vitest';
import type { ClusterView, RolloutView } from '../../../src/temporal/reading/rollout-view.js';
import { until } from '../../support/wait.js';
import * as api from '../support/api.js';
import type { Fleet } from '../support/fleet.js';
import type { Target } from './fault.js';
import type { Stage } from './stages.js';
import type { Cell, Step } from './table.js';

/** What came of a fault. */
interface Outcome {
  readonly is: Cell['is'];
  readonly code?: string;
}

/** Which cluster a stage is about. */
type Where = Pick<Target, 'cluster'>;

/** What came of each stage, by {@link stageName}. */
export type Seen = ReadonlyMap<string, Outcome>;

/** Returns a stage in words. */
export function stageName({ fault, step }: Pick<Stage, 'fault' | 'step'>, { cluster }: Where): string {
  return `${cluster.role}, ${step}: ${fault}`;
}

/** Fails with every stage of which something else came than the table says: one that is wrong does not hide the others. */
export function expectAsInTable(stages: readonly Stage[], where: Where, seen: Seen): void {
  const wanted = stages.map((stage) => [stageName(stage, where), stage.expected]);
  expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(wanted));
}

/**
 * Waits until a fault has come to something. One that parks a cluster may be taken for a passing one before.
 *
 * @param words what the product says of a fault that it gets over by itself
 */
export async function outcomeOf(
  { mesh }: Pick<Fleet, 'mesh'>,
  where: Where,
  { step, expected, fault }: Stage,
  words = /^/,
): Promise<Outcome> {
  const look = async (): Promise<Outcome | undefined> => {
    const rollout = await api.get(mesh);
    const parked = parkedWith(rollout, where, step);
    if (parked) return { is: 'parked', code: parked };
    const code = triedAgainWith(rollout, where, step, words);
    if (code && expected.is === 'retried') return { is: 'retried', code };
    return isPast(rollout, where, step) && expected.is === 'unharmed' ? { is: 'unharmed' } : undefined;
  };
  const what = `something to come of ${stageName({ fault, step }, where)}`;
  // It takes more than a minute until a token counts as refused.
  return await until(what, look, { timeoutMs: 180_000, intervalMs: 300 });
}

/** The code with which a cluster waits for a person, with the step where that is another one. */
function parkedWith(rollout: RolloutView, where: Where, step: Step): string | undefined {
  if (holdsRollout(where, step)) {
    const { status, attention } = rollout;
    // The rollout waits for a primary that does not answer, and continues without a person.
    const isHeld = status === 'NeedsAttention' && attention?.code !== 'cluster-unreachable';
    return isHeld ? attention?.code : undefined;
  }
  const view = viewOf(rollout, where);
  if (view?.status !== 'NeedsAttention') return undefined;
  const code = view.attention?.code;
  return (view.step ?? 'validate') === step ? code : `${code} at ${view.step}`;
}

/** The code of a failure after which the product tries again. */
function triedAgainWith(rollout: RolloutView, where: Where, step: Step, words: RegExp): string | undefined {
  const view = viewOf(rollout, where);
  const { attention, attempt } = (holdsRollout(where, step) ? rollout : view) ?? {};
  if (step === 'validate') return words.test(attention?.message ?? '') ? attention?.code : undefined;
  const { activity, lastError } = attempt ?? {};
  return activity === activityOf(step) && words.test(lastError?.message ?? '') ? lastError?.code : undefined;
}

function isPast(rollout: RolloutView, where: Where, step: Step): boolean {
  const view = viewOf(rollout, where);
  return view?.status === 'Succeeded' || (view?.status === 'Running' && view.step !== step);
}

/** Where istiod is, is asked once more in the end. */
function activityOf(step: Step): string {
  return step === 'refresh-endpoints' ? 'collect-endpoints' : step;
}

/** What is wrong with the primary at a step of the rollout itself holds the whole rollout. */
function holdsRollout({ cluster }: Where, step: Step): boolean {
  return cluster.role === 'primary' && (step === 'validate' || step === 'refresh-endpoints');
}

/** Returns what a rollout says about a cluster; undefined while it does not know its clusters yet. */
export function viewOf({ clusters }: RolloutView, { cluster }: Where): ClusterView | undefined {
  return clusters.find((each) => each.cluster === cluster.name);
}
