import { expect, it } from 'vitest';
import { fakeApi, token } from './support/api.js';

it('a request stands in the log with route, mesh and actor, and without what clients send by mistake', async () => {
  const { app, log } = await fakeApi({ tokens: [token('alice', 'operator-token', 'operate')] });
  await app.inject({
    method: 'POST',
    url: '/v1/rollouts/shop/pause?access_token=in-the-query',
    headers: {
      authorization: 'Bearer operator-token',
      cookie: 'session=in-a-cookie',
      'idempotency-key': 'in-a-header',
    },
    payload: { reason: 'in-the-body' },
  });
  const lines = log()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        req: { method: 'POST', path: '/v1/rollouts/shop/pause', remoteAddress: '127.0.0.1' },
      }),
      expect.objectContaining({
        res: { statusCode: 204, route: '/v1/rollouts/:mesh/pause', actor: 'alice', mesh: 'shop' },
        responseTime: expect.any(Number),
      }),
    ]),
  );
  expect(log()).not.toMatch(/operator-token|in-the-query|in-a-cookie|in-a-header|in-the-body/);
});

it('an error of ours is logged with its causes, and without what it carries', async () => {
  const cause = Object.assign(new Error('refused: Bearer abcdefghijklmnopqrstuvwxyz'), {
    request: { headers: { authorization: 'Basic c2VjcmV0' } },
  });
  const error = Object.assign(new Error('the list failed', { cause }), {
    metadata: { token: 'k3y-in-metadata' },
  });
  const { app, log } = await fakeApi({ list: () => Promise.reject(error) });
  await app.inject('/v1/rollouts');
  expect(log()).toContain('the list failed');
  expect(log()).toContain('caused by: Error: refused: Bearer [redacted]');
  expect(log()).not.toMatch(/abcdefghijklmnopqrstuvwxyz|c2VjcmV0|k3y-in-metadata/);
});
