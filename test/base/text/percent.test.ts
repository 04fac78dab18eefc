import { expect, test } from 'vitest';
import { limitProblem, resolveLimit } from '../../../src/base/text/percent.js';

test.each([
  ['20%', 10, 2],
  ['20%', 9, 1],
  ['5%', 300, 15],
  ['33%', 100, 33],
  ['29%', 100, 29],
  ['0%', 300, 0],
  ['100%', 7, 7],
  ['1%', 99, 0],
  [5, 300, 5],
  [0, 300, 0],
  [1000, 3, 1000],
])('%s of %d remotes is %d', (limit, total, count) => {
  expect(resolveLimit(limit, total, 0)).toBe(count);
});

test('a concurrency is at least one remote', () => {
  expect(resolveLimit('1%', 3, 1)).toBe(1);
  expect(resolveLimit('20%', 4, 1)).toBe(1);
});

test('every whole percentage of every number of remotes is rounded down exactly', () => {
  for (let percent = 0; percent <= 100; percent++) {
    for (let total = 1; total <= 300; total += 7) {
      const count = resolveLimit(`${percent}%`, total, 0);
      expect(count * 100 <= percent * total && (count + 1) * 100 > percent * total).toBe(true);
    }
  }
});

test.each([1, 10, '1%', '20%', '100%', Number.MAX_SAFE_INTEGER])('%j is a limit', (limit) => {
  expect(limitProblem(limit, 1)).toBeUndefined();
});

test.each([
  0,
  -1,
  1.5,
  Number.NaN,
  1e300,
  '0%',
  '101%',
  '20',
  '20 %',
  '%',
  '-5%',
  '1.5%',
  '',
  null,
  true,
  [],
  {},
])('%j is no limit of at least 1', (limit) => {
  expect(limitProblem(limit, 1)).toContain('a whole number from 1');
});

test.each([0, '0%'])('%j is a limit where none is allowed to fail', (limit) => {
  expect(limitProblem(limit, 0)).toBeUndefined();
});
