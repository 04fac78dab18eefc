import { describe, expect, it } from 'vitest';
import { assertGuarded, exposureWarning, isLoopback } from '../../src/api/access.js';
import { fakeApi, token } from './support/api.js';

const start = { method: 'POST', url: '/v1/rollouts', payload: { mesh: 'shop' } } as const;

describe('without tokens', () => {
  it.each(['127.0.0.1:8180', 'localhost', 'LOCALHOST:9', '[::1]:8180', '127.5.5.5'])(
    'serves Host %s',
    async (host) => {
      const { app } = await fakeApi();
      expect((await app.inject({ ...start, headers: { host } })).statusCode).toBe(201);
    },
  );

  it.each([
    'rebound.example:8180',
    'localhost.example',
    '127.0.0.1.example',
    '192.0.2.1:8180',
    '127.0.0.1@evil.example',
    '[::1].evil.example',
  ])('refuses Host %j, for reading too', async (host) => {
    const { app, calls } = await fakeApi();
    for (const request of [start, { method: 'GET', url: '/v1/rollouts/shop' } as const]) {
      const answer = await app.inject({ ...request, headers: { host } });
      expect(answer.statusCode).toBe(403);
      expect(answer.json().code).toBe('origin-refused');
    }
    expect(calls).toEqual([]);
  });

  it.each([
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'http://localhost:3000' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ])('refuses a web page: %j', async (headers) => {
    const { app, calls } = await fakeApi();
    const answer = await app.inject({ ...start, headers: { host: 'localhost:8180', ...headers } });
    expect(answer.statusCode).toBe(403);
    expect(calls).toEqual([]);
  });

  it('serves a page of its own origin', async () => {
    const { app } = await fakeApi();
    const headers = {
      host: 'localhost:8180',
      origin: 'http://localhost:8180',
      'sec-fetch-site': 'same-origin',
    };
    expect((await app.inject({ ...start, headers })).statusCode).toBe(201);
  });
});

describe('with tokens', () => {
  const tokens = [token('alice', 'operator-token', 'operate'), token('monitor', 'reader-token', 'read')];

  it('names who acts after the token, whatever the Host', async () => {
    const { app, calls } = await fakeApi({ tokens });
    const headers = { host: 'mesh.example', authorization: 'Bearer operator-token' };
    expect((await app.inject({ ...start, headers })).statusCode).toBe(201);
    expect(calls[0]?.[1]).toMatchObject({ requestedBy: 'alice' });
  });

  it.each([undefined, 'Bearer', 'Bearer wrong', 'Basic b3BlcmF0b3ItdG9rZW4=', 'Bearer operator-token extra'])(
    'refuses Authorization %j',
    async (authorization) => {
      const { app, calls } = await fakeApi({ tokens });
      const headers = authorization === undefined ? {} : { authorization };
      const answer = await app.inject({ ...start, headers });
      expect(answer.statusCode).toBe(401);
      expect(answer.headers['www-authenticate']).toBe('Bearer');
      expect(answer.json().code).toBe('unauthorized');
      expect(calls).toEqual([]);
    },
  );

  it('lets a reader read and nothing else', async () => {
    const { app, calls } = await fakeApi({ tokens });
    const headers = { authorization: 'Bearer reader-token' };
    expect((await app.inject({ url: '/v1/rollouts/shop', headers })).statusCode).toBe(200);
    for (const url of ['/v1/rollouts', '/v1/rollouts/shop/retry', '/v1/rollouts/shop/skip']) {
      const answer = await app.inject({ method: 'POST', url, headers, payload: { cluster: 'eu-2' } });
      expect(answer.statusCode).toBe(403);
      expect(answer.json()).toMatchObject({
        code: 'scope-missing',
        detail: 'The token monitor has the scope read.',
      });
    }
    expect(calls).toEqual([['get', 'shop']]);
  });

  it('keeps tokens out of log and answers', async () => {
    const { app, log } = await fakeApi({ tokens });
    const headers = { authorization: 'Bearer operator-token', cookie: 'session=c00kie' };
    const answers = [
      await app.inject({ ...start, headers }),
      await app.inject({ url: '/nowhere', headers }),
      await app.inject({ url: '/v1/rollouts', headers: { authorization: 'Bearer not-known' } }),
    ];
    const text = log() + answers.map((answer) => answer.body).join('');
    expect(text).toContain('/v1/rollouts');
    expect(text).not.toMatch(/operator-token|not-known|c00kie/);
  });
});

describe('tokens that change while the server runs', () => {
  const headers = { authorization: 'Bearer s3cret' };

  it('count from the next request on: a new scope, a revocation, a new token', async () => {
    let tokens = [token('alice', 's3cret', 'operate')];
    const { app } = await fakeApi({ tokens: () => tokens });
    const statuses = async () => [
      (await app.inject({ url: '/v1/rollouts/shop', headers })).statusCode,
      (await app.inject({ ...start, headers })).statusCode,
    ];
    expect(await statuses()).toEqual([200, 201]);
    tokens = [token('alice', 's3cret', 'read')];
    expect(await statuses()).toEqual([200, 403]);
    tokens = [token('alice', 'another', 'operate')];
    expect(await statuses()).toEqual([401, 401]);
    const renewed = { authorization: 'Bearer another' };
    expect((await app.inject({ ...start, headers: renewed })).statusCode).toBe(201);
  });
});

describe('health', () => {
  it('needs no token and no Host of this machine', async () => {
    const { app } = await fakeApi({ tokens: [token('alice', 'x', 'read')] });
    const headers = { host: '10.1.2.3:8180' };
    expect((await app.inject({ url: '/healthz', headers })).json()).toEqual({ status: 'ok' });
    expect((await app.inject({ url: '/readyz', headers })).json()).toEqual({
      temporal: 'ok',
      worker: 'polls',
    });
  });

  it('is not ready while Temporal does not answer', async () => {
    const state = {
      temporal: 'unavailable',
      worker: 'unknown',
      message: 'Temporal does not answer.',
    } as const;
    const { app } = await fakeApi({ readiness: async () => state });
    const answer = await app.inject('/readyz');
    expect([answer.statusCode, answer.json()]).toEqual([503, state]);
  });
});

describe('assertGuarded', () => {
  it('refuses to listen beyond loopback without tokens', () => {
    expect(() => assertGuarded('0.0.0.0', false)).toThrow(
      'MESH_ROLLOUT_HOST is 0.0.0.0, so others can reach the API, but there are no tokens. Set MESH_ROLLOUT_TOKENS_FILE, or unset MESH_ROLLOUT_HOST to listen on 127.0.0.1.',
    );
    expect(() => assertGuarded('0.0.0.0', true)).not.toThrow();
    expect(() => assertGuarded('127.0.0.1', false)).not.toThrow();
  });

  it('warns of an API without TLS that others can reach, unless somebody answers for it', () => {
    expect(exposureWarning('0.0.0.0', false)).toContain('listens on 0.0.0.0 without TLS');
    expect(exposureWarning('0.0.0.0', true)).toBeUndefined();
    expect(exposureWarning('127.0.0.1', false)).toBeUndefined();
  });

  it.each([
    ['127.0.0.1', true],
    ['::1', true],
    ['localhost', true],
    ['::', false],
    ['mesh.example', false],
    ['127.0.0.1.example', false],
  ])('%s is loopback: %s', (host, expected) => expect(isLoopback(host)).toBe(expected));
});
