import { defaultPayloadConverter } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { EncryptionCodec } from '../../src/temporal/codec/encryption-codec.js';
import { freshKeyText, keysOf } from '../support/workflows/codec.js';
import { fakeApi, token } from './support/api.js';

const UI = 'http://127.0.0.1:8233';
const host = '127.0.0.1:8180';
const codec = {
  codec: new EncryptionCodec(keysOf(freshKeyText('one'))),
  namespace: 'meshes',
  origins: [UI],
};

/** A payload as the Temporal CLI sends it. */
function json(value: unknown) {
  const { metadata, data } = defaultPayloadConverter.toPayload(value) as {
    metadata: Record<string, Uint8Array>;
    data: Uint8Array;
  };
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  return {
    metadata: Object.fromEntries(Object.entries(metadata).map(([name, bytes]) => [name, base64(bytes)])),
    data: base64(data),
  };
}

const payloads = [json({ mesh: 'shop' }), json('second')];

describe('the codec endpoint', () => {
  it('is not there without a codec', async () => {
    const { app } = await fakeApi();
    const answer = await app.inject({ method: 'POST', url: '/codec/decode', payload: { payloads } });
    expect(answer.statusCode).toBe(404);
  });

  it('encodes, and decodes that again, in order', async () => {
    const { app } = await fakeApi({ codec });
    const headers = { host, 'x-namespace': 'meshes' };
    const encoded = await app.inject({
      method: 'POST',
      url: '/codec/encode',
      headers,
      payload: { payloads },
    });
    expect(encoded.statusCode).toBe(200);
    expect(encoded.body).not.toContain(payloads[0]?.data);
    const decoded = await app.inject({
      method: 'POST',
      url: '/codec/decode',
      headers,
      payload: encoded.json(),
    });
    expect(decoded.json()).toEqual({ payloads });
    expect(decoded.headers['cache-control']).toBe('no-store');
  });

  it('refuses another namespace, and payloads that are none', async () => {
    const { app } = await fakeApi({ codec });
    const post = (payload: object, headers = {}) =>
      app.inject({ method: 'POST', url: '/codec/decode', headers: { host, ...headers }, payload });
    const foreign = await post({ payloads }, { 'x-namespace': 'other' });
    expect([foreign.statusCode, foreign.json().code]).toEqual([403, 'namespace-refused']);
    for (const bad of [{}, { payloads: {} }, { payloads: [{ data: 5 }] }, { payloads: [{ data: '§' }] }]) {
      expect((await post(bad)).statusCode, JSON.stringify(bad)).toBe(400);
    }
  });

  it('says which key it lacks', async () => {
    const { app } = await fakeApi({ codec });
    const other = await fakeApi({
      codec: { ...codec, codec: new EncryptionCodec(keysOf(freshKeyText('lost'))) },
    });
    const ask = { method: 'POST', headers: { host } } as const;
    const encoded = await other.app.inject({ ...ask, url: '/codec/encode', payload: { payloads } });
    const answer = await app.inject({ ...ask, url: '/codec/decode', payload: encoded.json() });
    expect([answer.statusCode, answer.json().code]).toEqual([503, 'codec-key-missing']);
    expect(answer.json().detail).toContain('"lost"');
  });

  it('serves the pages of the UI that is named, and of no other', async () => {
    const { app } = await fakeApi({ codec });
    const from = (origin: string, method: 'OPTIONS' | 'POST' = 'POST') =>
      app.inject({
        method,
        url: '/codec/decode',
        headers: { host, origin, 'sec-fetch-site': 'same-site' },
        ...(method === 'POST' && { payload: { payloads } }),
      });
    const asked = await from(UI, 'OPTIONS');
    expect(asked.statusCode).toBe(204);
    expect(asked.headers).toMatchObject({
      'access-control-allow-origin': UI,
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'authorization, content-type, x-namespace',
    });
    const served = await from(UI);
    expect([served.statusCode, served.headers['access-control-allow-origin']]).toEqual([200, UI]);
    for (const origin of ['http://evil.example', 'null', `${UI}0`]) {
      const refused = await from(origin);
      expect([refused.statusCode, refused.headers['access-control-allow-origin']]).toEqual([403, undefined]);
      expect((await from(origin, 'OPTIONS')).headers['access-control-allow-origin']).toBeUndefined();
    }
    // What is named for the codec is not let in to the rest.
    const rest = await app.inject({ method: 'GET', url: '/v1/rollouts', headers: { host, origin: UI } });
    expect(rest.statusCode).toBe(403);
  });

  it('needs a token where the rest does: read to decode, operate to encode', async () => {
    const tokens = [token('ada', 'operator-token', 'operate'), token('eve', 'reader-token', 'read')];
    const { app, log } = await fakeApi({ codec, tokens });
    const post = (verb: string, authorization?: string) =>
      app.inject({
        method: 'POST',
        url: `/codec/${verb}`,
        headers: { host: 'mesh.example', ...(authorization && { authorization }) },
        payload: { payloads },
      });
    expect((await post('decode')).statusCode).toBe(401);
    expect((await post('decode', 'Bearer wrong')).statusCode).toBe(401);
    expect((await post('decode', 'Bearer reader-token')).statusCode).toBe(200);
    expect((await post('encode', 'Bearer reader-token')).statusCode).toBe(403);
    expect((await post('encode', 'Bearer operator-token')).statusCode).toBe(200);
    expect(log()).not.toContain('-token');
  });
});
