import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ClusterError } from '../../../src/kubernetes/errors/cluster-error.js';
import { Refusals } from '../../../src/kubernetes/errors/refusals.js';

const REFUSAL = new ClusterError('credentials-refused', 'answered 401 to GET /version', {
  cluster: 'eu-1',
  status: 401,
  reason: 'Unauthorized',
  action: 'Renew them.',
});
const MINUTE = 60_000;

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());
const wait = (ms: number) => void vi.setSystemTime(Date.now() + ms);

test('a refusal is retried for a minute, and then it is final and says how long it was tried', () => {
  const refusals = new Refusals();
  expect(refusals.judge(REFUSAL)).toMatchObject({
    code: 'api-unavailable',
    transient: true,
    cluster: 'eu-1',
    status: 401,
    reason: 'Unauthorized',
    message: 'answered 401 to GET /version (refused for 0 s so far; after 60 s a person is needed)',
    action: expect.stringMatching(/^Nothing for 60 s: .* Renew them\.$/),
  });
  wait(MINUTE - 1);
  expect(refusals.judge(REFUSAL).transient).toBe(true);
  wait(2_001);
  expect(refusals.judge(REFUSAL)).toMatchObject({
    code: 'credentials-refused',
    transient: false,
    status: 401,
    message: 'answered 401 to GET /version (tried for 62 s)',
    action: 'Renew them.',
  });
});

test('credentials that were accepted meanwhile have the whole minute again', () => {
  const refusals = new Refusals();
  refusals.judge(REFUSAL);
  wait(50_000);
  refusals.forget();
  wait(50_000);
  expect(refusals.judge(REFUSAL).transient).toBe(true);
  wait(50_000);
  expect(refusals.judge(REFUSAL).transient).toBe(true);
});

test('a refusal of long ago, with nothing heard since, does not count', () => {
  const refusals = new Refusals();
  refusals.judge(REFUSAL);
  wait(20 * MINUTE);
  expect(refusals.judge(REFUSAL).transient).toBe(true);
});

test('a worker that is asked every few minutes still comes to an end', () => {
  const refusals = new Refusals();
  refusals.judge(REFUSAL);
  wait(5 * MINUTE);
  expect(refusals.judge(REFUSAL)).toMatchObject({ code: 'credentials-refused', transient: false });
});

test('without patience the first refusal is final, and nothing is said of time', () => {
  expect(new Refusals(0).judge(REFUSAL)).toMatchObject({
    code: 'credentials-refused',
    message: 'answered 401 to GET /version',
  });
});
