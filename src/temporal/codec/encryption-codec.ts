import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import { TemporalError } from '../connection/temporal-error.js';
import type { EncryptionKey } from './encryption-keys.js';

const { Payload: PayloadMessage } = proto.temporal.api.common.v1;

/** The encoding name in Temporal's samples of all languages. */
const ENCRYPTED = 'binary/encrypted';
const CIPHER = 'AES/GCM/NoPadding';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts whole payloads, including their metadata, with AES-256-GCM, in the format of Temporal's samples
 * (samples-typescript, `encryption`): metadata `encoding`, `encryption-cipher` and `encryption-key-id`; data = 12
 * bytes of nonce, the encrypted protobuf message, 16 bytes of tag. The first key encrypts; every key decrypts.
 * Without a key nothing is encrypted. Unencrypted payloads pass unchanged, so rollouts that began without a codec
 * continue.
 */
export class EncryptionCodec implements PayloadCodec {
  readonly #keys: ReadonlyMap<string, KeyObject>;
  readonly #current: EncryptionKey | undefined;

  constructor(keys: readonly EncryptionKey[]) {
    this.#keys = new Map(keys.map(({ id, key }) => [id, key]));
    this.#current = keys[0];
  }

  async encode(payloads: Payload[]): Promise<Payload[]> {
    const current = this.#current;
    return current ? payloads.map((payload) => encrypt(payload, current)) : payloads;
  }

  /** @throws TemporalError `codec-key-missing` or `codec-key-wrong` */
  async decode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) =>
      textOf(payload, 'encoding') === ENCRYPTED ? this.#decrypt(payload) : payload,
    );
  }

  #decrypt(payload: Payload): Payload {
    const id = textOf(payload, 'encryption-key-id');
    const key = this.#keys.get(id);
    if (!key) throw keyMissing(id, [...this.#keys.keys()]);
    try {
      return decrypt(payload.data ?? new Uint8Array(), key);
    } catch (cause) {
      throw new TemporalError(
        'codec-key-wrong',
        `A payload in Temporal cannot be decrypted with the key ${id}.`,
        {
          cause,
        },
      );
    }
  }
}

function encrypt(payload: Payload, { id, key }: EncryptionKey): Payload {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  const message = PayloadMessage.encode(payload).finish();
  const data = Buffer.concat([iv, cipher.update(message), cipher.final(), cipher.getAuthTag()]);
  return {
    metadata: {
      encoding: Buffer.from(ENCRYPTED),
      'encryption-cipher': Buffer.from(CIPHER),
      'encryption-key-id': Buffer.from(id),
    },
    data,
  };
}

/** Returns the decrypted payload. @throws Error when the tag does not match, because the key or the bytes differ */
function decrypt(data: Uint8Array, key: KeyObject): Payload {
  const iv = data.subarray(0, IV_BYTES);
  const tag = data.subarray(-TAG_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(tag);
  const encrypted = data.subarray(IV_BYTES, -TAG_BYTES);
  const message = Buffer.concat([decipher.update(encrypted), decipher.final()]);
  const decoded = PayloadMessage.decode(message);
  return { metadata: decoded.metadata, data: decoded.data };
}

function textOf(payload: Payload, name: string): string {
  return Buffer.from(payload.metadata?.[name] ?? []).toString();
}

function keyMissing(id: string, known: readonly string[]): TemporalError {
  const which = known.length === 0 ? 'No key is set.' : `Known keys: ${known.join(', ')}.`;
  return new TemporalError(
    'codec-key-missing',
    `A payload in Temporal is encrypted with the key ${JSON.stringify(id.slice(0, 63))}. ${which}`,
  );
}
