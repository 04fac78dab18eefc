import { expect } from 'vitest';
import type { Product } from '../../../lab/product.js';
import type { RolloutView } from '../../../src/temporal/reading/rollout-view.js';
import { mesh as cli } from '../../support/run.js';
import { until } from '../../support/wait.js';
import { NAMESPACES } from '../proofs/busy-namespaces.js';
import { mayPark, type Parked, parkedIn } from '../proofs/may-park.js';
import * as api from '../support/api.js';
import type { Fleet } from '../support/fleet.js';
import { Chaos } from './chaos.js';
import type { ChaosPlan } from './chaos-plan.js';
import { type ChaosReport, describeOutcomes, describeParked, withFacts } from './chaos-report.js';

/** An undisturbed rollout takes less than a minute; a plan and the retries after it take some more. */
const TIMEOUT_MS = 480_000;

/** What the answer to a decision may be while the worker or Temporal is away, or when the wait has just ended. */
const NOT_TAKEN = /\((temporal-unavailable|decision-unanswered|worker-missing|not-waiting)\)/;

/**
 * Rolls a fleet out, carries the plan out meanwhile, and retries whatever parks. Returns when the rollout has succeeded
 * and everything that was killed serves again.
 *
 * @throws Error with what was killed when, when something parks with a code that the plan does not explain, and when the
 * rollout ends otherwise, or not in time
 */
export async function runDisturbed(plan: ChaosPlan, fleet: Fleet, product: Product): Promise<ChaosReport> {
  const { maxConcurrency, progressDeadline } = plan;
  const strategy = { maxConcurrency, ...(progressDeadline !== undefined && { progressDeadline }) };
  await api.start(fleet.document({ namespaces: NAMESPACES, strategy }));
  const startedAt = Date.now();
  const chaos = new Chaos(plan, fleet, product);
  const parked: Parked[] = [];
  const settled = async () => {
    const rollout = await look(fleet, chaos);
    if (rollout?.worker !== 'answers') return undefined;
    if (rollout.status === 'Succeeded') return rollout;
    if (chaos.down.size === 0) await retryParked(plan, fleet, rollout, parked);
    return undefined;
  };
  try {
    const options = { timeoutMs: TIMEOUT_MS, intervalMs: 250 };
    const rollout = await until('the rollout to succeed', settled, options);
    const outcomes = await chaos.end();
    return { rollout, outcomes, parked, formerAddresses: chaos.formerAddresses };
  } catch (error) {
    const carriedOut = describeOutcomes(await chaos.end(), startedAt);
    throw withFacts(error, [`carried out: ${carriedOut}`, `parked: ${describeParked(parked)}`]);
  }
}

/** Returns the rollout; undefined while nobody can tell. */
async function look({ mesh }: Fleet, chaos: Chaos): Promise<RolloutView | undefined> {
  try {
    const rollout = await api.get(mesh);
    if (!['RUNNING', 'COMPLETED'].includes(rollout.execution)) throw new Error(JSON.stringify(rollout));
    chaos.see(rollout);
    return rollout;
  } catch (error) {
    if (api.isTemporalAway(error)) return undefined;
    throw error;
  }
}

/**
 * Says `retry` to all that waits for a person.
 *
 * @param parked takes what did, before it is retried
 */
async function retryParked(
  plan: ChaosPlan,
  fleet: Fleet,
  rollout: RolloutView,
  parked: Parked[],
): Promise<void> {
  for (const each of parkedIn(fleet, rollout)) {
    parked.push(each);
    expect(mayPark(plan, each), `the plan explains ${JSON.stringify(each)}`).toBe(true);
    const { exitCode, stderr } = await cli('retry', fleet.mesh, '--cluster', each.cluster);
    if (exitCode !== 0) expect(stderr).toMatch(NOT_TAKEN);
  }
}
