import { describe, expect, it } from 'vitest';
import { ApiError } from '../../lab/kubernetes/api-client.js';
import { isAnswer, isNotConnected } from '../../lab/tolerate.js';
import { waitFor } from '../../lab/wait.js';

const soon = { what: 'the answer', timeoutMilliseconds: 10_000, intervalMilliseconds: 1 };

/** A check that looks as often as there are outcomes: it returns them in turn, and throws those that are errors. */
function outcomes(...list: unknown[]): () => Promise<unknown> {
  return async () => {
    const outcome = list.shift();
    if (outcome instanceof Error) throw outcome;
    return outcome;
  };
}

describe('waitFor', () => {
  it('returns what the check finds at last', async () => {
    expect(await waitFor({ ...soon, check: outcomes(undefined, undefined, 'found') })).toBe('found');
  });

  it('fails at once with an error of the check, though the next look would find it', async () => {
    const failing = waitFor({ ...soon, check: outcomes(undefined, new Error('HTTP 500'), 'found') });
    await expect(failing).rejects.toThrow('HTTP 500');
  });

  it('waits on after the errors that it is told to tolerate, and after no other', async () => {
    const away = new ApiError(404, 'not there');
    const options = { ...soon, tolerate: isAnswer(404) };
    expect(await waitFor({ ...options, check: outcomes(away, 'found') })).toBe('found');
    const other = waitFor({ ...options, check: outcomes(away, new ApiError(500, 'broken'), 'found') });
    await expect(other).rejects.toThrow('broken');
  });

  it('gives up at its deadline, and keeps the last error that it tolerated', async () => {
    const away = new ApiError(404, 'not there');
    const options = { ...soon, timeoutMilliseconds: 5, tolerate: isAnswer(404) };
    const error = await waitFor({ ...options, check: () => Promise.reject(away) }).catch((reason) => reason);
    expect(error.message).toBe('gave up waiting for the answer after 5 ms');
    expect(error.cause).toBe(away);
  });

  it('ends when what it waits for cannot come any more', async () => {
    const hopeless = async () => new Error('the process has ended');
    await expect(waitFor({ ...soon, check: outcomes(), hopeless })).rejects.toThrow('the process has ended');
  });
});

describe('isNotConnected', () => {
  const coded = (code: string) => Object.assign(new Error(code), { code });

  it.each([
    ['a refused connection', coded('ECONNREFUSED'), true],
    ['one that fetch was refused', new TypeError('fetch failed', { cause: coded('ECONNREFUSED') }), true],
    ['one that was lost', coded('ECONNRESET'), true],
    ['an answer', new ApiError(503, 'busy'), false],
    ['a certificate that does not fit', coded('CERT_HAS_EXPIRED'), false],
    ['what is no error', { code: 'ECONNREFUSED' }, false],
  ])('judges %s', (_, error, expected) => {
    expect(isNotConnected(error)).toBe(expected);
  });
});
