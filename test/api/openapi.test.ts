import { expect, it } from 'vitest';
import { RolloutAnswer } from '../../src/api/progress-schemas.js';
import { fakeApi } from './support/api.js';
import { runningRollout } from './support/views.js';

it('describes every path, the document and the errors', async () => {
  const { app } = await fakeApi();
  const openapi = (await app.inject('/openapi.json')).json();
  expect(openapi.openapi).toBe('3.1.0');
  expect(Object.keys(openapi.paths).sort()).toEqual([
    '/healthz',
    '/readyz',
    '/v1/plans',
    '/v1/plans/{planId}',
    '/v1/rollouts',
    '/v1/rollouts/{mesh}',
    '/v1/rollouts/{mesh}/abort',
    '/v1/rollouts/{mesh}/accept',
    '/v1/rollouts/{mesh}/approve',
    '/v1/rollouts/{mesh}/events',
    '/v1/rollouts/{mesh}/pause',
    '/v1/rollouts/{mesh}/resume',
    '/v1/rollouts/{mesh}/retry',
    '/v1/rollouts/{mesh}/skip',
    '/v1/rollouts/{mesh}/strategy',
  ]);
  const start = openapi.paths['/v1/rollouts'].post;
  const body = start.requestBody.content['application/json'].schema;
  expect(body.required).toEqual(expect.arrayContaining(['mesh', 'release', 'primary', 'remotes']));
  expect(start.responses[409].content['application/problem+json'].schema.properties.holder).toBeDefined();
  const view = openapi.paths['/v1/rollouts/{mesh}'].get.responses[200].content['application/json'].schema;
  expect(Object.keys(view.properties.clusters.items.properties)).toContain('attempt');
});

it('describes what is answered', () => {
  expect(RolloutAnswer.parse(runningRollout())).toEqual(runningRollout());
});
