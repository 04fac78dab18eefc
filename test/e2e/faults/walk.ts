import { until } from '../../support/wait.js';
import * as api from '../support/api.js';
import type { Fleet } from '../support/fleet.js';
import type { Target } from './fault.js';
import { makeFault, type TimedFault } from './make-fault.js';
import { outcomeOf, type Seen, stageName, viewOf } from './outcome.js';
import type { Stage } from './stages.js';
import type { Step } from './table.js';

/**
 * Leads a cluster of a rollout from fault to fault. Each is over before the next one begins: the product gets over it, or
 * the cluster is retried as soon as the fault has gone.
 *
 * @param start what makes the product come to the first step; its fault waits for it
 * @param atEnd called when the last fault ends, before the product can continue
 */
export async function walk(
  fleet: Fleet,
  target: Target,
  stages: readonly Stage[],
  { start, atEnd }: { start(begun: Promise<void>): Promise<void>; atEnd?(): void },
): Promise<Seen> {
  const seen = new Map<string, Awaited<ReturnType<typeof outcomeOf>>>();
  let next = arrange(fleet, target, stages[0]);
  await start(next?.begun ?? Promise.resolve());
  for (const [index, stage] of stages.entries()) {
    const current = next;
    if (!current) break;
    const arrangeNext = () => {
      next = arrange(fleet, target, stages[index + 1]);
      if (!next) atEnd?.();
    };
    await settled(current.begun, `${stageName(stage, target)} to begin`);
    // The product does not wait for the end of a fault that does it no harm.
    const isHarmless = stage.expected.is === 'unharmed';
    if (isHarmless) arrangeNext();
    const outcome = await outcomeOf(fleet, target, stage, current.fault.words);
    seen.set(stageName(stage, target), outcome);
    // It may try again as soon as the fault has gone: the next one is arranged before anything else can happen.
    const ended = current.fault.end();
    if (!isHarmless) arrangeNext();
    await ended;
    if (outcome.is === 'parked') await api.decide(fleet.mesh, 'retry', { cluster: target.cluster.name });
  }
  return seen;
}

/** Steps whose faults are arranged only when no other step can send the request at which they begin. */
const NO_OTHERS: readonly Step[] = ['validate', 'collect-endpoints', 'refresh-endpoints'];

interface Arranged {
  readonly fault: TimedFault;
  readonly begun: Promise<void>;
}

/** Lets the fault of a stage begin when the product comes to its step. */
function arrange(fleet: Fleet, target: Target, stage: Stage | undefined): Arranged | undefined {
  if (!stage) return undefined;
  const fault = makeFault(stage.fault, stage.step, target);
  const isNow = async () => {
    if (NO_OTHERS.includes(stage.step)) return true;
    return viewOf(await api.get(fleet.mesh), target)?.step === stage.step;
  };
  return { fault, begun: target.front.when({ request: fault.request, isNow }, () => fault.begin()) };
}

/** Waits for a promise, which takes as long as the clusters before it in the rollout do. */
async function settled(promise: Promise<void>, what: string): Promise<void> {
  let isSettled = false;
  const settle = () => {
    isSettled = true;
  };
  promise.then(settle, settle);
  await until(what, () => isSettled, { timeoutMs: 150_000 });
  await promise;
}
