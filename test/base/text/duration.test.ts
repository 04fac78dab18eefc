import { expect, test } from 'vitest';
import { durationProblem, parseDuration } from '../../../src/base/text/duration.js';

test.each([
  ['0s', 0],
  ['1s', 1_000],
  ['90s', 90_000],
  ['10m', 600_000],
  ['2h', 7_200_000],
  ['1h30m', 5_400_000],
  ['1h1m1s', 3_661_000],
  ['1h1s', 3_601_000],
  ['007m', 420_000],
  ['999999h', 3_599_996_400_000],
])('%s is %d ms', (text, milliseconds) => {
  expect(parseDuration(text)).toBe(milliseconds);
});

test.each([
  '',
  ' ',
  '10',
  's',
  '1d',
  '1m1h',
  '1s1s',
  '1.5h',
  '-1s',
  '+1s',
  '1 m',
  '10M',
  '1h ',
  '1e3s',
  '١s',
  '9999999s',
  '1h\n',
])('%j is not a duration', (text) => {
  expect(parseDuration(text)).toBeUndefined();
  expect(durationProblem(text, '0s', '168h')).toContain('is not a duration');
});

test('whole hours, minutes and seconds in any combination add up', () => {
  for (let total = 0; total < 90_000; total += 997) {
    const [hours, minutes, seconds] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
    expect(parseDuration(`${hours}h${minutes}m${seconds}s`)).toBe(total * 1000);
    expect(parseDuration(`${total}s`)).toBe(total * 1000);
  }
});

test.each([
  ['9s', false],
  ['10s', true],
  ['168h', true],
  ['168h1s', false],
])('%s within 10s and 168h: %s', (text, fits) => {
  expect(durationProblem(text, '10s', '168h') === undefined).toBe(fits);
});
