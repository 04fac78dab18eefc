import type { FastifyInstance } from 'fastify';
import { describe, expect, it } from 'vitest';
import { RolloutError } from '../../src/rollout/rollout-error.js';
import { TemporalError } from '../../src/temporal/connection/temporal-error.js';
import { RolloutRunningError } from '../../src/temporal/starting/rollout-running-error.js';
import { fakeApi } from './support/api.js';
import { runningRollout } from './support/views.js';

const json = { 'content-type': 'application/json' };
const yaml = { 'content-type': 'application/yaml' };

describe('POST /v1/rollouts', () => {
  it('starts the rollout of a valid document and says where to look', async () => {
    const { app, calls } = await fakeApi();
    const answer = await app.inject({
      method: 'POST',
      url: '/v1/rollouts',
      payload: { mesh: 'shop', more: 1 },
    });
    expect(answer.statusCode).toBe(201);
    expect(answer.headers.location).toBe('/v1/rollouts/shop');
    expect(answer.json()).toEqual({ mesh: 'shop', rolloutId: 'run-1', workflowId: 'mesh/shop' });
    expect(calls).toEqual([
      ['start', { mesh: 'shop', document: { mesh: 'shop', more: 1 }, requestedBy: 'api' }],
    ]);
  });

  it('takes the document as YAML too', async () => {
    const { app, calls } = await fakeApi();
    const headers = { 'content-type': 'application/yaml' };
    const payload = 'mesh: shop # the lock\nremotes: [{ cluster: eu-1 }]\n';
    const answer = await app.inject({ method: 'POST', url: '/v1/rollouts', headers, payload });
    expect(answer.statusCode).toBe(201);
    expect(calls[0]?.[1]).toMatchObject({ document: { mesh: 'shop', remotes: [{ cluster: 'eu-1' }] } });
  });

  it('answers a bad document with every problem, and starts nothing', async () => {
    const { app, calls } = await fakeApi();
    const answer = await app.inject({ method: 'POST', url: '/v1/rollouts', payload: {} });
    expect(answer.statusCode).toBe(400);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.json()).toEqual({
      type: 'urn:mesh-rollout:problem:document-invalid',
      title: 'The rollout document is not valid.',
      status: 400,
      detail: 'The document has 2 problems.',
      code: 'document-invalid',
      action: 'Correct every problem listed, then start again.',
      problems: [
        { path: 'mesh', message: 'is missing' },
        { path: 'remotes', message: 'is missing' },
      ],
    });
    expect(calls).toEqual([]);
  });

  it('says who holds a mesh whose rollout runs', async () => {
    const holder = { mesh: 'shop', rolloutId: 'run-0', requestedBy: 'bob', startedAt: Date.UTC(2026, 0, 2) };
    const { app } = await fakeApi({ start: () => Promise.reject(new RolloutRunningError(holder)) });
    const answer = await app.inject({ method: 'POST', url: '/v1/rollouts', payload: { mesh: 'shop' } });
    expect(answer.statusCode).toBe(409);
    expect(answer.json()).toMatchObject({ code: 'rollout-running', holder });
    expect(answer.json().detail).toBe(
      'A rollout of mesh shop has been running since 2026-01-02T00:00:00.000Z, requested by bob (rollout run-0).',
    );
  });

  it('answers 503 with what to do when Temporal is not there', async () => {
    const error = new TemporalError(
      'temporal-unavailable',
      'Temporal does not answer at 127.0.0.1:7233: refused',
    );
    const { app } = await fakeApi({ start: () => Promise.reject(error) });
    const answer = await app.inject({ method: 'POST', url: '/v1/rollouts', payload: { mesh: 'shop' } });
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toMatchObject({
      code: 'temporal-unavailable',
      detail: error.message,
      action: error.action,
    });
  });

  it.each([
    ['JSON that breaks off', json, '{"mesh":', 400, 'request-unreadable'],
    ['an empty body', json, '', 400, 'request-unreadable'],
    ['YAML that is none', yaml, 'a: [', 400, 'request-unreadable'],
    ['YAML with an alias bomb', yaml, bomb(), 400, 'document-invalid'],
    ['YAML with hundreds of aliases', yaml, `[&a x${', *a'.repeat(200)}]`, 400, 'request-unreadable'],
    ['YAML that contains itself', yaml, '&a [*a]', 400, 'document-invalid'],
    ['YAML of two documents', yaml, 'a: 1\n---\na: 1\n', 400, 'request-unreadable'],
    // A parser that recurses until the stack is used up takes the process with it, at the second such body.
    ['deep YAML', yaml, '['.repeat(1_000), 400, 'request-unreadable'],
    ['deeper YAML', yaml, '['.repeat(30_000) + ']'.repeat(30_000), 400, 'request-unreadable'],
    ['YAML with a tag of another language', yaml, '!!python/object {}', 400, 'request-unreadable'],
    [
      'a form',
      { 'content-type': 'application/x-www-form-urlencoded' },
      'mesh=shop',
      415,
      'media-type-unsupported',
    ],
    [
      'plain text, which pages may send anywhere',
      { 'content-type': 'text/plain' },
      '{}',
      415,
      'media-type-unsupported',
    ],
    ['more than 64 KiB', json, JSON.stringify({ mesh: 'x'.repeat(65_536) }), 413, 'body-too-large'],
    ['a list', json, '[]', 400, 'document-invalid'],
    ['a number', json, '7', 400, 'document-invalid'],
  ])('answers %s with a problem', async (_what, headers, payload, status, code) => {
    const { app, calls } = await fakeApi();
    const answer = await app.inject({ method: 'POST', url: '/v1/rollouts', headers, payload });
    expect(answer.statusCode).toBe(status);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.json()).toMatchObject({ status, code, type: `urn:mesh-rollout:problem:${code}` });
    expect(answer.json().action).not.toBe('');
    expect(calls).toEqual([]);
  });
});

describe('Idempotency-Key', () => {
  const post = (app: FastifyInstance, key: string) =>
    app.inject({
      method: 'POST',
      url: '/v1/rollouts',
      headers: { 'idempotency-key': key },
      payload: { mesh: 'shop' },
    });

  it.each(['8e03978e-40d5-43e8-bc93-6894a57f9324', '"8e03978e-40d5-43e8-bc93-6894a57f9324"'])(
    'is passed on, in quotes or not: %s',
    async (key) => {
      const { app, calls } = await fakeApi();
      const answer = await post(app, key);
      expect(answer.statusCode).toBe(201);
      expect(answer.headers['idempotent-replayed']).toBeUndefined();
      expect(calls[0]?.[1]).toMatchObject({ idempotencyKey: '8e03978e-40d5-43e8-bc93-6894a57f9324' });
    },
  );

  it.each(['', 'two keys', 'a, b', '"half', 'x'.repeat(256), 'schlüssel'])('may not be %j', async (key) => {
    const { app, calls } = await fakeApi();
    const answer = await post(app, key);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'request-invalid', problems: [{ path: 'idempotency-key' }] });
    expect(calls).toEqual([]);
  });

  it('says that the answer is that of an earlier request', async () => {
    const started = { mesh: 'shop', rolloutId: 'run-1', workflowId: 'mesh/shop' };
    const { app } = await fakeApi({ start: async () => ({ ...started, replayed: true }) });
    const answer = await post(app, 'k');
    expect([answer.statusCode, answer.json()]).toEqual([201, started]);
    expect(answer.headers).toMatchObject({ 'idempotent-replayed': 'true', location: '/v1/rollouts/shop' });
  });

  it('is refused with 422 for another document', async () => {
    const error = new RolloutError('idempotency-key-reused', 'It started the rollout run-1 of mesh shop.');
    const { app } = await fakeApi({ start: () => Promise.reject(error) });
    const answer = await post(app, 'k');
    expect(answer.statusCode).toBe(422);
    expect(answer.json()).toMatchObject({ code: 'idempotency-key-reused', detail: error.message });
  });
});

describe('GET /v1/rollouts', () => {
  it('lists as many as asked for', async () => {
    const { app, calls } = await fakeApi();
    expect((await app.inject('/v1/rollouts')).json()).toEqual({ rollouts: [] });
    await app.inject('/v1/rollouts?limit=500');
    expect(calls).toEqual([
      ['list', 50],
      ['list', 500],
    ]);
  });

  it('refuses a limit that is none', async () => {
    const { app } = await fakeApi();
    const answer = await app.inject('/v1/rollouts?limit=many');
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'request-invalid', problems: [{ path: 'limit' }] });
  });
});

describe('GET /v1/rollouts/{mesh}', () => {
  it('gives the whole progress', async () => {
    const { app, calls } = await fakeApi();
    expect((await app.inject('/v1/rollouts/shop')).json()).toEqual(runningRollout());
    expect(calls).toEqual([['get', 'shop']]);
  });

  it('answers 404 for a mesh without rollout', async () => {
    const error = new RolloutError('rollout-not-found', 'There is no rollout of mesh shop.');
    const { app } = await fakeApi({ get: () => Promise.reject(error) });
    const answer = await app.inject('/v1/rollouts/shop');
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toMatchObject({
      code: 'rollout-not-found',
      detail: 'There is no rollout of mesh shop.',
    });
  });

  it.each(["shop' OR MeshName != 'x", 'Shop', 'a'.repeat(64), '..%2f'])('takes no mesh %s', async (mesh) => {
    const { app, calls } = await fakeApi();
    const answer = await app.inject(`/v1/rollouts/${encodeURIComponent(mesh)}`);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'request-invalid', problems: [{ path: 'mesh' }] });
    expect(calls).toEqual([]);
  });
});

describe('what goes wrong inside', () => {
  it('is a 500 that tells nothing, and stands in the log', async () => {
    const { app, log } = await fakeApi({ list: () => Promise.reject(new Error('secret detail')) });
    const answer = await app.inject('/v1/rollouts');
    expect(answer.statusCode).toBe(500);
    expect(answer.json()).toMatchObject({ code: 'internal-error', status: 500 });
    expect(answer.body).not.toContain('secret detail');
    expect(log()).toContain('secret detail');
  });

  it('answers an unknown path with a problem', async () => {
    const { app } = await fakeApi();
    const answer = await app.inject({ method: 'DELETE', url: '/v1/nothing?token=abc' });
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toMatchObject({ code: 'route-unknown', detail: 'DELETE /v1/nothing' });
  });

  it.each([
    ['DELETE', '/v1/rollouts/shop', 'GET, HEAD'],
    ['PUT', '/v1/rollouts', 'GET, HEAD, POST'],
    ['GET', '/v1/rollouts/shop/pause', 'POST'],
    ['TRACE', '/healthz', 'GET, HEAD'],
    ['POST', '/metrics', 'GET, HEAD'],
    // The answer would have no end.
    ['HEAD', '/v1/rollouts/shop/events', 'GET'],
  ] as const)('answers %s %s with 405 and what is allowed', async (method, url, allow) => {
    const { app, calls } = await fakeApi();
    // The types of inject know fewer methods than HTTP.
    const answer = await app.inject({ method: method as 'GET', url });
    expect(answer.statusCode).toBe(405);
    expect(answer.headers.allow).toBe(allow);
    if (method !== 'HEAD') expect(answer.json()).toMatchObject({ code: 'method-unknown' });
    expect(calls).toEqual([]);
  });

  it('takes no decision from a body that contains itself', async () => {
    const { app, calls } = await fakeApi();
    const request = { method: 'POST', url: '/v1/rollouts/shop/retry', headers: yaml } as const;
    const answer = await app.inject({ ...request, payload: '&a {cluster: *a}' });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'request-invalid' });
    expect(calls).toEqual([]);
  });

  it.each([
    ['that cannot be decoded', '/v1/rollouts/%zz'],
    ['with a name longer than any', `/v1/rollouts/${'a'.repeat(500)}/pause`],
  ])('answers a path %s with a problem', async (_what, url) => {
    const { app } = await fakeApi();
    const answer = await app.inject({ method: 'POST', url, payload: {} });
    expect(answer.statusCode).toBe(400);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.json()).toMatchObject({ code: 'request-invalid' });
  });
});

function bomb(): string {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level < 9; level++) {
    lines.push(
      `a${level}: &a${level} [${Array(10)
        .fill(`*a${level - 1}`)
        .join(', ')}]`,
    );
  }
  return lines.join('\n');
}
