import { describe, expect, it } from 'vitest';
import { RolloutError } from '../../src/rollout/rollout-error.js';
import { TemporalError } from '../../src/temporal/connection/temporal-error.js';
import { fakeApi, token } from './support/api.js';

describe.each(['retry', 'skip'] as const)('POST /v1/rollouts/{mesh}/%s', (action) => {
  const url = `/v1/rollouts/shop/${action}`;

  it('passes on the decision and says which clusters it reached', async () => {
    const { app, calls } = await fakeApi();
    const answer = await app.inject({ method: 'POST', url, payload: { cluster: 'eu-2', reason: 'granted' } });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({ clusters: ['eu-2'] });
    expect(calls).toEqual([[action, 'shop', { cluster: 'eu-2', reason: 'granted', by: 'api', via: 'api' }]]);
  });

  it('takes who decided from the token', async () => {
    const { app, calls } = await fakeApi({ tokens: [token('alice', 's3cret', 'operate')] });
    const headers = { authorization: 'Bearer s3cret' };
    await app.inject({ method: 'POST', url, headers, payload: { code: 'permission-denied' } });
    expect(calls).toEqual([[action, 'shop', { code: 'permission-denied', by: 'alice', via: 'api' }]]);
  });

  it.each([
    ['who decided', { cluster: 'eu-2', by: 'mallory' }],
    ['neither cluster nor code', { reason: 'because' }],
    ['both cluster and code', { cluster: 'eu-2', code: 'not-synced' }],
    ['a prototype in disguise', JSON.parse('{"cluster":"eu-2","__proto__":{"by":"mallory"}}')],
    ['a cluster that is no text', { cluster: ['eu-2'] }],
    ['a reason of a thousand characters', { cluster: 'eu-2', reason: 'x'.repeat(1000) }],
    ['nothing', null],
  ])('refuses a body with %s', async (_what, payload) => {
    const { app, calls } = await fakeApi();
    const headers = { 'content-type': 'application/json' };
    const answer = await app.inject({ method: 'POST', url, headers, payload: JSON.stringify(payload) });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().code).toBe('request-invalid');
    expect(answer.json().problems).not.toEqual([]);
    expect(calls).toEqual([]);
  });

  it('answers 202 while the rollout carries out what it has accepted', async () => {
    const { app } = await fakeApi({ [action]: async () => ({ state: 'pending' }) });
    const answer = await app.inject({ method: 'POST', url, payload: { code: 'not-synced' } });
    expect(answer.statusCode).toBe(202);
    expect(answer.json()).toMatchObject({
      code: 'decision-pending',
      action: expect.stringContaining('Look at'),
    });
  });

  it.each([
    [new TemporalError('decision-unanswered', 'Nobody took it.'), 503],
    [new RolloutError('not-waiting', 'eu-2 is Running.'), 409],
    [new RolloutError('cluster-unknown', 'There is no cluster eu-9.'), 404],
    [new RolloutError('rollout-not-found', 'There is no rollout of mesh shop.'), 404],
    [new TemporalError('worker-missing', 'No worker took it.'), 503],
  ])('answers a refusal with its code: %s', async (error, status) => {
    const { app } = await fakeApi({ [action]: () => Promise.reject(error) });
    const answer = await app.inject({ method: 'POST', url, payload: { cluster: 'eu-2' } });
    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toMatchObject({ code: error.code, detail: error.message, action: error.action });
  });
});
