import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { duration, stopwatch, withHeartbeat } from '../../../../lab/tools/build/progress.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test.each([
  [400, '0 s'],
  [40_000, '40 s'],
  [59_600, '1 min 0 s'],
  [303_000, '5 min 3 s'],
])('%i ms is %s', (milliseconds, text) => {
  expect(duration(milliseconds)).toBe(text);
});

test('long work beats each 30 s until it ends, however it ends', async () => {
  const beats: string[] = [];
  const elapsed = stopwatch();
  let fail = (_: Error): void => undefined;
  const work = withHeartbeat(
    () => beats.push(elapsed()),
    () =>
      new Promise((_, reject) => {
        fail = reject;
      }),
  );
  await vi.advanceTimersByTimeAsync(100_000);
  fail(new Error('broken'));
  await expect(work).rejects.toThrow('broken');
  await vi.advanceTimersByTimeAsync(100_000);
  expect(beats).toEqual(['30 s', '1 min 0 s', '1 min 30 s']);
});
