import { expect, test } from 'vitest';
import { parseStamps } from '../../bench/fleet/script-output.js';
import { scriptFloor } from '../../bench/many/figures.js';
import { renderFigures, withinLimits } from '../../bench/report/figure.js';
import { median } from '../../bench/report/statistics.js';
import { payloadsIn } from '../../bench/temporal/payloads.js';

test('a figure above its limit, or not measured at all, fails', () => {
  const figure = { what: 'wall', value: 0.74, unit: '', limit: 0.75 };
  expect(withinLimits([figure, { what: 'script', value: 900, unit: 's' }])).toBe(true);
  expect(withinLimits([figure, { ...figure, value: 0.76 }])).toBe(false);
  expect(withinLimits([{ ...figure, value: Number.NaN }])).toBe(false);
  expect(renderFigures([{ ...figure, value: 1.5 }])).toMatch(/wall +1\.50 +0\.75 +2\.00 +ABOVE/);
});

test('the median is not moved by one disturbed round', () => {
  expect(median([3, 100, 2])).toBe(3);
  expect(median([4, 2])).toBe(3);
  expect(median([])).toBeNaN();
});

test('the stamps of the script: time, and the CPU time of shell and children', () => {
  const output = 'at start 1700000000.500000\n0m0.010s 0m0.020s\n1m2.000s 0m1.000s\nsomething else\n';
  const stamp = parseStamps(output).get('start');
  expect(stamp?.at).toBe(1_700_000_000.5);
  expect(stamp?.cpu).toBeCloseTo(63.03);
});

test("the script's CPU time keeps two cores busy", () => {
  expect(scriptFloor(100, 1.15)).toBeCloseTo(57.5);
});

test('payloads are found wherever they are in an event', () => {
  const payload = (bytes: number) => ({
    metadata: { encoding: new Uint8Array(4) },
    data: new Uint8Array(bytes),
  });
  const event = {
    eventId: 1,
    activityTaskScheduledEventAttributes: { input: { payloads: [payload(10), payload(30)] } },
    userMetadata: { summary: payload(5) },
  };
  expect(payloadsIn(event)).toEqual([
    { bytes: 10, where: 'activityTaskScheduledEventAttributes.input.payloads.0' },
    { bytes: 30, where: 'activityTaskScheduledEventAttributes.input.payloads.1' },
    { bytes: 5, where: 'userMetadata.summary' },
  ]);
});
