import { Random } from '../support/random.js';

/** What is killed: `hub` is the API server of the primary, `r1` to `r4` are those of the remotes. */
export type Target =
  | 'worker'
  | 'temporal'
  | 'hub'
  | 'r1'
  | 'r2'
  | 'r3'
  | 'r4'
  | 'istiod-process'
  | 'istiod-pod';

/**
 * How far a rollout has come, in this order: it is started, the primary is at work, the first remote is at work, the
 * first remote has come to activate-injection, the first remote is attached.
 */
export const POINTS = ['started', 'primary', 'remotes', 'activation', 'attached'] as const;
export type Point = (typeof POINTS)[number];

/** One part of the system that is killed at one moment, and started again. */
export interface Disturbance {
  readonly target: Target;
  /** The moment is `delayMs` after the rollout has come to this point. */
  readonly point: Point;
  readonly delayMs: number;
  /** How long it stays killed. 0: it is started again at once; a Pod of istiod always is. */
  readonly downForMs: number;
}

/** Everything that a seed decides about a run. */
export interface ChaosPlan {
  readonly seed: number;
  /** How many remotes are at work at once. */
  readonly maxConcurrency: number;
  /** Absent: the default, which no disturbance exceeds. */
  readonly progressDeadline?: string;
  /** In the order of their points and delays. */
  readonly disturbances: readonly Disturbance[];
}

type Kind = readonly [Target, ...Target[]];

/** All remotes depend on the primary: its API server is killed as often as those of two remotes. */
const API_SERVERS = ['hub', 'hub', 'r1', 'r2', 'r3', 'r4'] as const;
const ISTIOD = ['istiod-process', 'istiod-pod'] as const;
const KINDS: readonly [Kind, ...Kind[]] = [['worker'], ['temporal'], API_SERVERS, ISTIOD];

/** Longer than the pauses of what reconnects; much shorter than the default progressDeadline. */
const LONGEST_DOWN_MS = 15_000;
/** A remote takes some seconds from one point to the next; the last remote takes some after the last point. */
const LONGEST_DELAY_MS = 6_000;
const LONGEST_LAST_DELAY_MS = 2_000;
const MORE_DISTURBANCES = 3;

/** A step of a remote takes less than this, so that every retry brings the rollout further. */
const SHORT_DEADLINE = '25s';

/**
 * Returns the plan of a seed: worker, Temporal, an API server and istiod are each killed at least once, up to three of them
 * once more. Every third plan on average has so short a progressDeadline that clusters park.
 */
export function planOf(seed: number): ChaosPlan {
  const random = new Random(seed);
  const isShort = random.integer(1, 3) === 1;
  const maxConcurrency = random.pick([1, 2, 4]);
  const more = Array.from({ length: random.integer(0, MORE_DISTURBANCES) }, () => random.pick(KINDS));
  const points = pointsOf(maxConcurrency);
  const disturbances = [...KINDS, ...more].map((kind) => {
    const target = random.pick(kind);
    const point = random.pick(points);
    return {
      target,
      point,
      delayMs: random.integer(0, point === 'attached' ? LONGEST_LAST_DELAY_MS : LONGEST_DELAY_MS),
      downForMs: random.integer(0, target === 'istiod-pod' ? 0 : LONGEST_DOWN_MS),
    };
  });
  return {
    seed,
    maxConcurrency,
    ...(isShort && { progressDeadline: SHORT_DEADLINE }),
    disturbances: disturbances.sort(inOrder),
  };
}

/**
 * The points from which one is picked. Where all remotes are at work at once, the rollout has almost ended when the first one
 * is attached; otherwise half of it is still to come.
 */
function pointsOf(maxConcurrency: number): readonly [Point, ...Point[]] {
  const before = ['started', 'primary', 'remotes', 'activation'] as const;
  return maxConcurrency === 4 ? before : [...before, 'attached', 'attached'];
}

function inOrder(one: Disturbance, other: Disturbance): number {
  return POINTS.indexOf(one.point) - POINTS.indexOf(other.point) || one.delayMs - other.delayMs;
}

/** Returns a plan in words, a line for each disturbance. */
export function describePlan({
  seed,
  maxConcurrency,
  progressDeadline = 'default',
  disturbances,
}: ChaosPlan): string {
  const lines = disturbances.map(
    ({ target, point, delayMs, downForMs }) =>
      `  ${target}: ${seconds(delayMs)} after "${point}", for ${seconds(downForMs)}`,
  );
  const head = `seed ${seed}: maxConcurrency ${maxConcurrency}, progressDeadline ${progressDeadline}`;
  return [head, ...lines].join('\n');
}

/** Returns milliseconds in words, such as `2.5 s`. */
export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/**
 * Reads a list of seeds such as `7`, `1-20` or `3,5-7`.
 *
 * @throws Error when it is no such list
 */
export function parseSeeds(list: string): number[] {
  return list.split(',').flatMap((part) => {
    const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(part.trim()) ?? [];
    const [first, last] = [Number(from), Number(to)];
    if (from === undefined || last < first)
      throw new Error(`"${part}" is not a seed, or a range such as 1-20`);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
