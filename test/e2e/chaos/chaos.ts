import { setTimeout as sleep } from 'node:timers/promises';
import type { Product } from '../../../lab/product.js';
import type { RolloutView } from '../../../src/temporal/reading/rollout-view.js';
import type { Fleet } from '../support/fleet.js';
import { type Victim, victimsOf } from '../support/victims.js';
import { type ChaosPlan, type Disturbance, POINTS, type Point, type Target } from './chaos-plan.js';

/** Short beside everything that a plan says. */
const LOOK_EVERY_MS = 50;

/** What came of one disturbance. */
export interface Outcome extends Disturbance {
  /** When it was killed, in milliseconds since the epoch; absent: the rollout had ended before. */
  readonly killedAt?: number;
  /** What the rollout was doing then. */
  readonly during?: string;
  /** When it served again. */
  readonly restoredAt?: number;
}

/**
 * A plan that is being carried out. What is killed twice is killed the second time when it serves again at the earliest;
 * different targets are killed independently of each other.
 */
export class Chaos {
  /** Addresses of Pods of istiod that were deleted. */
  readonly formerAddresses: string[] = [];
  readonly #down = new Set<Target>();
  readonly #reachedAt = new Map<Point, number>();
  readonly #work: Promise<Outcome[][]>;
  #during = 'start';
  #isOver = false;

  /** Begins: the rollout of the fleet was started a moment ago. */
  constructor({ disturbances }: ChaosPlan, fleet: Fleet, product: Product) {
    this.#reachedAt.set('started', Date.now());
    const victims = victimsOf(fleet, product, {
      isTemporalDown: () => this.#down.has('temporal'),
      onPodDeleted: (address) => this.formerAddresses.push(address),
    });
    const targets = [...new Set(disturbances.map(({ target }) => target))];
    const work = targets.map((target) =>
      this.#disturbAll(
        victims[target],
        disturbances.filter((each) => each.target === target),
      ),
    );
    // All of them: what one of them has killed is started again even where another has failed.
    this.#work = Promise.allSettled(work).then((all) =>
      all.map((each) => {
        if (each.status === 'rejected') throw each.reason;
        return each.value;
      }),
    );
    this.#work.catch(() => {});
  }

  /** What is killed now, and does not serve again. */
  get down(): ReadonlySet<Target> {
    return this.#down;
  }

  /** Takes in how far the rollout has come. */
  see(rollout: RolloutView): void {
    const now = Date.now();
    for (const point of POINTS.slice(0, 1 + lastPointOf(rollout))) {
      if (!this.#reachedAt.has(point)) this.#reachedAt.set(point, now);
    }
    this.#during = stepsOf(rollout);
  }

  /** Ends: nothing more is killed. Returns what came of each disturbance when everything serves again. */
  async end(): Promise<Outcome[]> {
    this.#isOver = true;
    return (await this.#work).flat();
  }

  async #disturbAll(victim: Victim, disturbances: readonly Disturbance[]): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    for (const disturbance of disturbances) outcomes.push(await this.#disturb(victim, disturbance));
    return outcomes;
  }

  async #disturb(victim: Victim, disturbance: Disturbance): Promise<Outcome> {
    if (!(await this.#moment(victim, disturbance))) return disturbance;
    const { target, downForMs } = disturbance;
    const killedAt = Date.now();
    const during = this.#during;
    this.#down.add(target);
    try {
      do {
        // Also what Kubernetes starts again meanwhile.
        if (victim.isThere()) await victim.kill();
        await sleep(LOOK_EVERY_MS);
      } while (Date.now() < killedAt + downForMs && !this.#isOver);
    } finally {
      await victim.restore();
      this.#down.delete(target);
    }
    return { ...disturbance, killedAt, during, restoredAt: Date.now() };
  }

  /** Waits for the moment of a disturbance. Returns false when the rollout has ended before. */
  async #moment(victim: Victim, { point, delayMs }: Disturbance): Promise<boolean> {
    for (; !this.#isOver; await sleep(LOOK_EVERY_MS)) {
      const reachedAt = this.#reachedAt.get(point) ?? Number.POSITIVE_INFINITY;
      if (Date.now() >= reachedAt + delayMs && victim.isThere()) return true;
    }
    return false;
  }
}

/** The place in {@link POINTS} of the last point that a rollout has reached, as far as this view of it shows. */
function lastPointOf({ clusters }: RolloutView): number {
  const started = clusters.filter(({ status }) => status !== 'Pending');
  const remotes = started.filter(({ role }) => role === 'remote');
  const isActivated = ({ status, step = 'prepare-namespace' }: RolloutView['clusters'][number]) =>
    status === 'Succeeded' || !BEFORE_ACTIVATION.includes(step);
  const reached: Record<Point, boolean> = {
    started: true,
    primary: started.length > 0,
    remotes: remotes.length > 0,
    activation: remotes.some(isActivated),
    attached: remotes.some(({ status }) => status === 'Succeeded'),
  };
  return POINTS.findLastIndex((point) => reached[point]);
}

const BEFORE_ACTIVATION = ['prepare-namespace', 'install-remote', 'register-remote'];

/** The steps that a rollout is at, in words. */
function stepsOf({ steps, clusters }: RolloutView): string {
  const own = steps.filter(({ status }) => status === 'Running').map(({ step }) => step);
  const working = clusters.filter(({ status }) => status === 'Running' || status === 'NeedsAttention');
  const all = [...own, ...working.map(({ step }) => step ?? 'start')];
  return [...new Set(all)].join(', ') || 'between steps';
}
