import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Disturbance, describePlan, type Point, parseSeeds, planOf, type Target } from './chaos-plan.js';

const TWENTY = parseSeeds('1-20');

function targetsOf(seed: number): Target[] {
  return planOf(seed).disturbances.map(({ target }) => target);
}

describe('the plan of a seed', () => {
  it('is always the same, and another for another seed', () => {
    const isTheSame = (seed: number) => {
      expect(planOf(seed)).toEqual(planOf(seed));
    };
    fc.assert(fc.property(fc.integer(), isTheSame));
    const plans = new Set(TWENTY.map((seed) => JSON.stringify({ ...planOf(seed), seed: 0 })));
    expect(plans.size).toBe(20);
  });

  it('kills the worker, Temporal, an API server and istiod at least once each', () => {
    const kill = (seed: number) => {
      const targets = targetsOf(seed);
      expect(targets).toEqual(expect.arrayContaining(['worker', 'temporal']));
      expect(targets.some((target) => /^(hub|r\d)$/.test(target))).toBe(true);
      expect(targets.some((target) => target.startsWith('istiod'))).toBe(true);
      expect(targets.length).toBeLessThanOrEqual(7);
    };
    fc.assert(fc.property(fc.integer(), kill));
  });

  it('has moments in the order of the rollout, and times that are not negative and end', () => {
    const order: Point[] = ['started', 'primary', 'remotes', 'activation', 'attached'];
    const hasMoments = (seed: number) => {
      const { disturbances } = planOf(seed);
      const places = disturbances.map(({ point, delayMs }) => order.indexOf(point) * 100_000 + delayMs);
      expect(places).toEqual([...places].sort((a, b) => a - b));
      for (const { delayMs, downForMs } of disturbances) {
        expect(Math.min(delayMs, downForMs)).toBeGreaterThanOrEqual(0);
        expect(Math.max(delayMs, downForMs)).toBeLessThanOrEqual(15_000);
      }
    };
    fc.assert(fc.property(fc.integer(), hasMoments));
  });

  it('differs so much among the first twenty that together they kill each kind at every point', () => {
    const all = TWENTY.flatMap((seed) => planOf(seed).disturbances);
    const kindOf = (target: Target) =>
      /^(hub|r\d)$/.test(target) ? 'api-server' : target.replace(/-.*/, '');
    const pairs = new Set(all.map(({ target, point }) => `${kindOf(target)} at ${point}`));
    expect(pairs.size).toBe(4 * 5);
    expect(new Set(all.map(({ target }) => target)).size).toBe(9);
    const isLatePod = ({ target, point }: Disturbance) => target === 'istiod-pod' && point === 'attached';
    expect(all.filter(isLatePod).length).toBeGreaterThan(0);
    expect(new Set(TWENTY.map((seed) => planOf(seed).maxConcurrency)).size).toBe(3);
    const short = TWENTY.filter((seed) => planOf(seed).progressDeadline !== undefined);
    expect(short.length).toBeGreaterThanOrEqual(4);
  });

  it('is described with its seed', () => {
    const plan = planOf(7);
    const [head, ...lines] = describePlan(plan).split('\n');
    expect(head).toMatch(/^seed 7: maxConcurrency \d, progressDeadline (default|25s)$/);
    expect(lines).toHaveLength(plan.disturbances.length);
    expect(lines[0]).toMatch(/^ {2}\S+: \d+\.\d s after "\w+", for \d+\.\d s$/);
  });
});

describe('a list of seeds', () => {
  it.each([
    ['7', [7]],
    ['1-3', [1, 2, 3]],
    ['3, 5-6', [3, 5, 6]],
  ])('%s is read', (list, seeds) => {
    expect(parseSeeds(list)).toEqual(seeds);
  });

  it.each(['', 'a', '3-1', '1-', '-1'])('"%s" is refused', (list) => {
    expect(() => parseSeeds(list)).toThrow('is not a seed');
  });
});
