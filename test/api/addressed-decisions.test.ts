import { describe, expect, it } from 'vitest';
import { RolloutError } from '../../src/rollout/rollout-error.js';
import { fakeApi } from './support/api.js';

const json = { 'content-type': 'application/json' };

describe('a rollout has its ID as ETag', () => {
  it('in the answer to its start and to a look at it', async () => {
    const { app } = await fakeApi();
    const started = await app.inject({ method: 'POST', url: '/v1/rollouts', payload: { mesh: 'shop' } });
    const seen = await app.inject('/v1/rollouts/shop');
    expect([started.headers.etag, seen.headers.etag]).toEqual(['"run-1"', '"run-1"']);
  });
});

describe.each([
  ['POST', 'pause', {}],
  ['POST', 'resume', {}],
  ['POST', 'abort', {}],
  ['POST', 'approve', { wave: 'canary' }],
  ['POST', 'accept', { codes: ['service-cidr-overlap'] }],
  ['PATCH', 'strategy', { maxFailures: 1 }],
  ['POST', 'retry', { cluster: 'eu-2' }],
  ['POST', 'skip', { cluster: 'eu-2' }],
] as const)('%s /v1/rollouts/{mesh}/%s', (method, path, body) => {
  const decide = (api: Awaited<ReturnType<typeof fakeApi>>, headers: object, more: object = {}) => {
    const payload = { ...body, ...more };
    return api.app.inject({
      method,
      url: `/v1/rollouts/shop/${path}`,
      headers: { ...json, ...headers },
      payload,
    });
  };

  it.each([
    ['the header If-Match', { 'if-match': '"run-1"' }, {}],
    ['an ETag that a proxy has made weak', { 'if-match': 'W/"run-1"' }, {}],
    ['the field rolloutId', {}, { rolloutId: 'run-1' }],
    ['both', { 'if-match': '"run-1"' }, { rolloutId: 'run-1' }],
  ])('is for the rollout that is named by %s', async (_what, headers, more) => {
    const api = await fakeApi();
    expect((await decide(api, headers, more)).statusCode).toBeLessThan(300);
    expect(api.calls).toEqual([[...(api.calls[0]?.slice(0, -1) ?? []), expect.objectContaining(body)]]);
    expect(api.calls[0]?.at(-1)).toMatchObject({ rolloutId: 'run-1', via: 'api', by: 'api' });
  });

  it('is for the one that runs when none is named', async () => {
    const api = await fakeApi();
    await decide(api, {});
    expect(api.calls[0]?.at(-1)).toEqual({ ...body, by: 'api', via: 'api' });
  });

  it.each([
    ['two rollouts', { 'if-match': '"run-1"' }, { rolloutId: 'run-2' }],
    ['a header without quotes', { 'if-match': 'run-1' }, {}],
    ['a list', { 'if-match': '"run-1", "run-2"' }, {}],
    ['any rollout', { 'if-match': '*' }, {}],
    ['an ID that is none', {}, { rolloutId: 'run 1' }],
  ])('refuses %s', async (_what, headers, more) => {
    const api = await fakeApi();
    const answer = await decide(api, headers, more);
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'request-invalid']);
    expect(answer.json().problems).toHaveLength(1);
    expect(api.calls).toEqual([]);
  });

  it('answers 409 when another rollout runs now', async () => {
    const refuse = () => Promise.reject(new RolloutError('rollout-changed', 'Rollout run-2 runs now.'));
    const api = await fakeApi({ control: refuse, retry: refuse, skip: refuse });
    const answer = await decide(api, { 'if-match': '"run-1"' });
    expect(answer.statusCode).toBe(409);
    expect(answer.json()).toMatchObject({
      code: 'rollout-changed',
      action: 'Look at the rollout that runs now, and decide again.',
    });
  });
});
