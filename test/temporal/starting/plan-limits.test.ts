import { describe, expect, it } from 'vitest';
import { longestPlanMs } from '../../../src/temporal/starting/plan-limits.js';

describe('the longest time of a plan', () => {
  const minutes = (remotes: number) => longestPlanMs(remotes) / 60_000;

  it.each([
    [1, 15],
    [100, 15],
    [400, 60],
    [1_000, 150],
    [100_000, 180],
  ])('with %d remotes is %d minutes', (remotes, expected) => expect(minutes(remotes)).toBe(expected));
});
