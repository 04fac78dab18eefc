import { createSecretKey, type KeyObject } from 'node:crypto';

/** A key of the codec. */
export interface EncryptionKey {
  /** Stored unencrypted with everything that the key encrypts, so that the key can be found again. */
  readonly id: string;
  /** 32 bytes, for AES-256. A KeyObject never reveals its value in a log. */
  readonly key: KeyObject;
}

const KEY_BYTES = 32;
const ENTRY = /^([A-Za-z0-9][A-Za-z0-9._-]{0,62}):([A-Za-z0-9+/_-]+={0,2})$/;

/** The keys of a text, or its problems. A problem names the entry by its number and never quotes it. */
export type ParsedKeys =
  | { readonly ok: true; readonly keys: readonly EncryptionKey[] }
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Parses a list of keys: entries `<id>:<32 bytes in base64>`, separated by white space or commas; a line that begins
 * with # is a comment. The first key encrypts; each key decrypts what was encrypted with it.
 */
export function parseEncryptionKeys(text: string): ParsedKeys {
  const entries = text
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('#'))
    .flatMap((line) => line.split(/[\s,]+/))
    .filter((entry) => entry !== '');
  if (entries.length === 0) return { ok: false, problems: ['contains no key'] };
  const parsed = entries.map((entry, index) => parseEntry(entry, `key ${index + 1}`));
  const keys = parsed.flatMap((result) => (typeof result === 'string' ? [] : [result]));
  const problems = parsed.filter((result) => typeof result === 'string');
  keys.forEach(({ id }, index) => {
    if (keys.findIndex((other) => other.id === id) !== index) problems.push(`the ID ${id} is used twice`);
  });
  return problems.length === 0 ? { ok: true, keys } : { ok: false, problems };
}

function parseEntry(entry: string, name: string): EncryptionKey | string {
  const [, id, encoded] = ENTRY.exec(entry) ?? [];
  if (id === undefined || encoded === undefined) return `${name} is not <id>:<base64>`;
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.length !== KEY_BYTES) return `${name} (${id}) has ${bytes.length} bytes, not ${KEY_BYTES}`;
  return { id, key: createSecretKey(bytes) };
}
