import { describe, expect, it } from 'vitest';
import { PENDING } from '../../src/api/decision.js';
import { RolloutError } from '../../src/rollout/rollout-error.js';
import { fakeApi, token } from './support/api.js';

const headers = { 'content-type': 'application/json' };

describe('the controls of a rollout', () => {
  it.each([
    ['POST', 'pause', {}, 'pause', {}],
    ['POST', 'resume', { reason: 'mended' }, 'resume', { reason: 'mended' }],
    ['POST', 'abort', { reason: 'wrong fleet' }, 'abort', { reason: 'wrong fleet' }],
    ['POST', 'approve', { wave: 'canary' }, 'approve', { wave: 'canary' }],
    ['POST', 'accept', { codes: ['service-cidr-overlap'] }, 'accept', { codes: ['service-cidr-overlap'] }],
    [
      'POST',
      'accept',
      { codes: ['attached-elsewhere'], clusters: ['eu-1'] },
      'accept',
      { codes: ['attached-elsewhere'], clusters: ['eu-1'] },
    ],
    [
      'PATCH',
      'strategy',
      { maxConcurrency: 20, maxFailures: 0 },
      'set',
      { maxConcurrency: 20, maxFailures: 0 },
    ],
  ] as const)('%s %s passes on %j, with who acted', async (method, path, payload, name, input) => {
    const { app, calls } = await fakeApi({ tokens: [token('alice', 's3cret', 'operate')] });
    const url = `/v1/rollouts/shop/${path}`;
    const authorization = 'Bearer s3cret';
    const answer = await app.inject({ method, url, headers: { ...headers, authorization }, payload });
    expect(answer.statusCode).toBe(204);
    expect(answer.body).toBe('');
    expect(calls).toEqual([['control', 'shop', name, { ...input, by: 'alice', via: 'api' }]]);
  });

  it.each([
    ['POST', 'pause', { by: 'mallory' }],
    ['POST', 'accept', { codes: [] }],
    ['POST', 'accept', {}],
    ['POST', 'approve', { wave: 7 }],
    ['POST', 'approve', { reason: 'whichever waits' }],
    ['POST', 'pause', { via: 'temporal' }],
    ['POST', 'accept', { codes: ['attached-elsewhere'] }],
    ['POST', 'accept', { codes: ['attached-elsewhere'], clusters: [] }],
    ['PATCH', 'strategy', {}],
    ['PATCH', 'strategy', { maxConcurrency: 0 }],
    ['PATCH', 'strategy', { maxFailures: -1 }],
    ['PATCH', 'strategy', { maxConcurrency: 1.5 }],
  ] as const)('%s %s refuses %j', async (method, path, payload) => {
    const { app, calls } = await fakeApi();
    const answer = await app.inject({ method, url: `/v1/rollouts/shop/${path}`, headers, payload });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().problems).not.toEqual([]);
    expect(calls).toEqual([]);
  });

  it('needs the scope operate', async () => {
    const { app, calls } = await fakeApi({ tokens: [token('bob', 'r3ad', 'read')] });
    const authorization = 'Bearer r3ad';
    const answer = await app.inject({
      method: 'POST',
      url: '/v1/rollouts/shop/abort',
      headers: { ...headers, authorization },
      payload: {},
    });
    expect(answer.statusCode).toBe(403);
    expect(calls).toEqual([]);
  });

  it('answers what the rollout refuses with its code', async () => {
    const error = new RolloutError('decision-invalid', 'pod-cidr-overlap cannot be accepted.');
    const { app } = await fakeApi({ control: () => Promise.reject(error) });
    const url = '/v1/rollouts/shop/accept';
    const answer = await app.inject({
      method: 'POST',
      url,
      headers,
      payload: { codes: ['pod-cidr-overlap'] },
    });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'decision-invalid', detail: error.message });
  });

  it('answers 202 while the rollout carries out what it has accepted', async () => {
    const { app } = await fakeApi({ control: async () => ({ state: 'pending' }) });
    const answer = await app.inject({ method: 'POST', url: '/v1/rollouts/shop/abort', headers, payload: {} });
    expect([answer.statusCode, answer.json()]).toEqual([202, PENDING]);
  });
});
