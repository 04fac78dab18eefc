import { expect, test } from 'vitest';
import { waitUntil } from '../../../src/istio/steps/wait-until.js';
import { RolloutError } from '../../../src/rollout/rollout-error.js';
import { failureOf } from '../../kubernetes/support/failure-of.js';

function step(signal = new AbortController().signal) {
  const beats: string[] = [];
  return { signal, deadline: Date.now() + 10_000, heartbeat: (words: string) => beats.push(words), beats };
}

const notYet = (words: string) => new RolloutError('not-synced', words);

test('asks until there is a value, and shows why there was none', async () => {
  const context = step();
  let asked = 0;
  const check = async () => {
    asked += 1;
    if (asked < 3) throw notYet(`asked ${asked} times`);
    return 'synced';
  };
  expect(await waitUntil(context, check, { intervalMs: 1 })).toBe('synced');
  expect(context.beats).toEqual(['asked 1 times', 'asked 2 times']);
});

test('when the slice is over, the last reason is the failure', async () => {
  let asked = 0;
  const check = () => Promise.reject(notYet(`asked ${++asked} times`));
  const error = await failureOf(waitUntil(step(), check, { intervalMs: 1, sliceMs: 20 }));
  expect(error.code).toBe('not-synced');
  expect(error.message).toBe(`asked ${asked} times`);
  expect(asked).toBeGreaterThan(1);
});

test('the deadline of the attempt ends it too', async () => {
  const error = await failureOf(
    waitUntil({ ...step(), deadline: Date.now() + 5 }, () => Promise.reject(notYet('no')), { intervalMs: 1 }),
  );
  expect(error.code).toBe('not-synced');
});

test.each([
  ['what needs a person', new RolloutError('permission-denied', 'no')],
  ['a cluster that does not answer', new RolloutError('api-unavailable', 'no')],
  ['a defect', new TypeError('no')],
])('%s is not waited for', async (_, error) => {
  let asked = 0;
  const check = () => {
    asked += 1;
    return Promise.reject(error);
  };
  await expect(waitUntil(step(), check)).rejects.toBe(error);
  expect(asked).toBe(1);
});

test('cancelling ends the pause at once, with the reason of the signal', async () => {
  const controller = new AbortController();
  const waiting = waitUntil(step(controller.signal), () => Promise.reject(notYet('no')), {
    intervalMs: 60_000,
    sliceMs: 120_000,
  });
  controller.abort(new Error('cancelled'));
  await expect(waiting).rejects.toThrow('cancelled');
});
