import { createSecretKey } from 'node:crypto';
import { inspect } from 'node:util';
import { defaultPayloadConverter } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { EncryptionCodec } from '../../../src/temporal/codec/encryption-codec.js';
import { parseEncryptionKeys } from '../../../src/temporal/codec/encryption-keys.js';
import { freshKeyText, keysOf } from '../../support/workflows/codec.js';

const [one, two] = [keysOf(freshKeyText('one')), keysOf(freshKeyText('two'))];
const payload = defaultPayloadConverter.toPayload({ mesh: 'shop' });

function decodedOf(decoded: Awaited<ReturnType<EncryptionCodec['decode']>>): unknown {
  return decoded[0] && defaultPayloadConverter.fromPayload(decoded[0]);
}

function metadataOf(encoded: Awaited<ReturnType<EncryptionCodec['encode']>>): Record<string, string> {
  const entries = Object.entries(encoded[0]?.metadata ?? {});
  return Object.fromEntries(entries.map(([name, value]) => [name, Buffer.from(value).toString()]));
}

describe('the encryption codec', () => {
  it("writes Temporal's metadata, and nothing else that can be read", async () => {
    const encoded = await new EncryptionCodec(one).encode([payload]);
    expect(metadataOf(encoded)).toEqual({
      encoding: 'binary/encrypted',
      'encryption-cipher': 'AES/GCM/NoPadding',
      'encryption-key-id': 'one',
    });
    expect(Buffer.from(encoded[0]?.data ?? []).toString('latin1')).not.toContain('shop');
  });

  it('never encrypts twice alike', async () => {
    const codec = new EncryptionCodec(one);
    const [first, second] = await codec.encode([payload, payload]);
    expect(Buffer.from(first?.data ?? []).equals(Buffer.from(second?.data ?? []))).toBe(false);
  });

  it('encrypts with the first key and decrypts with all', async () => {
    const old = await new EncryptionCodec(one).encode([payload]);
    const rotated = new EncryptionCodec([...two, ...one]);
    expect(decodedOf(await rotated.decode(old))).toEqual({ mesh: 'shop' });
    const fresh = await rotated.encode([payload]);
    expect(metadataOf(fresh)['encryption-key-id']).toBe('two');
    expect(decodedOf(await rotated.decode(fresh))).toEqual({ mesh: 'shop' });
  });

  it("reads what Temporal's TypeScript sample has written", async () => {
    // samples-typescript, encryption: this key and ID, a payload of "Alice", made with WebCrypto's AES-GCM.
    const key = createSecretKey(Buffer.from('test-key-test-key-test-key-test!'));
    const sample = await sampleEncrypt(defaultPayloadConverter.toPayload('Alice'));
    const decoded = await new EncryptionCodec([{ id: 'test', key }]).decode([sample]);
    expect(decodedOf(decoded)).toBe('Alice');
  });

  it('lets pass what is not encrypted, and encrypts nothing without a key', async () => {
    const none = new EncryptionCodec([]);
    expect(await none.encode([payload])).toEqual([payload]);
    expect(await new EncryptionCodec(one).decode([payload])).toEqual([payload]);
  });

  it('names the key that is missing', async () => {
    const encoded = await new EncryptionCodec(one).encode([payload]);
    await expect(new EncryptionCodec(two).decode(encoded)).rejects.toMatchObject({
      code: 'codec-key-missing',
      message: 'A payload in Temporal is encrypted with the key "one". Known keys: two.',
    });
    await expect(new EncryptionCodec([]).decode(encoded)).rejects.toThrow('No key is set.');
  });

  it('notices another key under the same ID, a changed payload, and one that is cut', async () => {
    const codec = new EncryptionCodec(one);
    const [encoded] = await codec.encode([payload]);
    const data = Buffer.from(encoded?.data ?? []);
    const changed = Buffer.from(data);
    changed[14] = (changed[14] ?? 0) ^ 1;
    const impostor = new EncryptionCodec(keysOf(freshKeyText('one')));
    await expect(impostor.decode([{ ...encoded, data }])).rejects.toMatchObject({ code: 'codec-key-wrong' });
    for (const broken of [changed, data.subarray(0, 20), Buffer.alloc(0)]) {
      await expect(codec.decode([{ ...encoded, data: broken }])).rejects.toMatchObject({
        code: 'codec-key-wrong',
      });
    }
  });
});

describe('a list of keys', () => {
  it('is written in lines or with commas, with comments', () => {
    const [first, second] = [freshKeyText('2026-11'), freshKeyText('2025-11')];
    for (const text of [`# now\n${first}\n\n  ${second}\n`, `${first},${second}`, `${first} ${second}`]) {
      expect(keysOf(text).map(({ id }) => id)).toEqual(['2026-11', '2025-11']);
    }
  });

  it.each([
    ['', ['contains no key']],
    ['secret', ['key 1 is not <id>:<base64>']],
    ['a:c2hvcnQ=', ['key 1 (a) has 5 bytes, not 32']],
    [`${'a:'}${'A'.repeat(43)}= a:${'B'.repeat(43)}=`, ['the ID a is used twice']],
  ])('is refused without being quoted: %j', (text, problems) => {
    expect(parseEncryptionKeys(text)).toEqual({ ok: false, problems });
  });

  it('shows no key when it is logged', () => {
    const text = freshKeyText('one');
    const [key = ''] = text.split(':').slice(1);
    const shown = inspect(keysOf(text), { depth: 9 }) + JSON.stringify(keysOf(text));
    expect(shown).not.toContain(key);
    expect(shown).not.toContain(Buffer.from(key, 'base64').toString('hex').slice(0, 8));
  });
});

/** `encrypt` of the sample's crypto.ts: nonce, then what WebCrypto gives. */
async function sampleEncrypt(plain: ReturnType<typeof defaultPayloadConverter.toPayload>) {
  const { default: proto } = await import('@temporalio/proto');
  const { subtle } = globalThis.crypto;
  const raw = Buffer.from('test-key-test-key-test-key-test!');
  const key = await subtle.importKey('raw', raw, { name: 'AES-GCM' }, true, ['encrypt']);
  const iv = globalThis.crypto.getRandomValues(new Uint8Array(12));
  const message = proto.temporal.api.common.v1.Payload.encode(plain).finish();
  const encrypted = await subtle.encrypt({ name: 'AES-GCM', iv }, key, Buffer.from(message));
  return {
    metadata: { encoding: Buffer.from('binary/encrypted'), 'encryption-key-id': Buffer.from('test') },
    data: Buffer.concat([iv, Buffer.from(encrypted)]),
  };
}
