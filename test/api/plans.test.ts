import { describe, expect, it } from 'vitest';
import { PlanAnswer } from '../../src/api/schemas/plan-schemas.js';
import { RolloutError } from '../../src/rollout/rollout-error.js';
import { fakeApi, token } from './support/api.js';
import { finishedPlan, PLAN_ID, runningPlan } from './support/plans.js';

describe('POST /v1/plans', () => {
  it('takes the document and says where the plan will be, for a token that may only read', async () => {
    const { app, calls } = await fakeApi({ tokens: [token('ada', 'secret', 'read')] });
    const answer = await app.inject({
      method: 'POST',
      url: '/v1/plans',
      headers: { authorization: 'Bearer secret' },
      payload: { mesh: 'shop', more: 1 },
    });
    expect(answer.statusCode).toBe(202);
    expect(answer.headers.location).toBe(`/v1/plans/${PLAN_ID}`);
    expect(calls).toEqual([
      ['startPlan', { mesh: 'shop', document: { mesh: 'shop', more: 1 }, remotes: 1, requestedBy: 'ada' }],
    ]);
  });

  it('says when to ask again while as many run as may run', async () => {
    const busy = new RolloutError('plans-busy', '3 plans of mesh shop run already.');
    const { app } = await fakeApi({ plans: { start: () => Promise.reject(busy) } });
    const answer = await app.inject({ method: 'POST', url: '/v1/plans', payload: { mesh: 'shop' } });
    expect([answer.statusCode, answer.json().code]).toEqual([429, 'plans-busy']);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  });

  it('refuses a bad document with every problem, and starts nothing', async () => {
    const { app, calls } = await fakeApi();
    const answer = await app.inject({ method: 'POST', url: '/v1/plans', payload: {} });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'document-invalid', problems: { length: 2 } });
    expect(calls).toEqual([]);
  });
});

describe('GET /v1/plans/{id}', () => {
  it('answers what the schema describes, running and finished', async () => {
    for (const view of [runningPlan(), finishedPlan()]) {
      const { app } = await fakeApi({ plans: { get: async () => view } });
      const answer = await app.inject(`/v1/plans/${PLAN_ID}`);
      expect(answer.statusCode).toBe(200);
      expect(PlanAnswer.parse(answer.json())).toEqual(view);
    }
  });

  it('tells an ID that nobody has from one that cannot be', async () => {
    const missing = new RolloutError('plan-not-found', 'There is no plan.');
    const { app } = await fakeApi({ plans: { get: () => Promise.reject(missing) } });
    expect((await app.inject(`/v1/plans/${PLAN_ID}`)).json()).toMatchObject({
      status: 404,
      code: 'plan-not-found',
    });
    expect((await app.inject('/v1/plans/shop')).json()).toMatchObject({
      status: 400,
      code: 'request-invalid',
    });
  });
});

describe('DELETE /v1/plans/{id}', () => {
  const cancel = { method: 'DELETE', url: `/v1/plans/${PLAN_ID}` } as const;

  it('cancels the plan, for a token that may only read', async () => {
    const { app, calls } = await fakeApi({ tokens: [token('ada', 'secret', 'read')] });
    const answer = await app.inject({ ...cancel, headers: { authorization: 'Bearer secret' } });
    expect([answer.statusCode, answer.body]).toEqual([204, '']);
    expect(calls).toEqual([['cancelPlan', PLAN_ID]]);
    expect((await app.inject(cancel)).statusCode).toBe(401);
  });

  it('says that there is no such plan', async () => {
    const missing = new RolloutError('plan-not-found', 'There is no plan.');
    const { app } = await fakeApi({ plans: { cancel: () => Promise.reject(missing) } });
    expect((await app.inject(cancel)).json()).toMatchObject({ status: 404, code: 'plan-not-found' });
  });
});
