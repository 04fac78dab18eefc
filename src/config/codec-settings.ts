import { readFileSync } from 'node:fs';
import { type EncryptionKey, parseEncryptionKeys } from '../temporal/codec/encryption-keys.js';
import type { Config } from './config.js';
import { ConfigError } from './config-error.js';

/**
 * The keys of the codec, from the file or the variable.
 * @returns none when payloads are not to be encrypted
 * @throws ConfigError which never quotes a key
 */
export function readCodecKeys({ codec }: Pick<Config, 'codec'>): readonly EncryptionKey[] {
  if (codec.keysFile !== undefined && codec.keys !== undefined) {
    throw problem('MESH_ROLLOUT_CODEC_KEYS', 'is set, and MESH_ROLLOUT_CODEC_KEYS_FILE too', 'Unset one.');
  }
  const variable = codec.keysFile === undefined ? 'MESH_ROLLOUT_CODEC_KEYS' : 'MESH_ROLLOUT_CODEC_KEYS_FILE';
  const text = codec.keysFile === undefined ? codec.keys : readKeysFile(codec.keysFile);
  if (text === undefined) return [];
  const parsed = parseEncryptionKeys(text);
  if (parsed.ok) return parsed.keys;
  const action = 'Write <id>:<32 bytes in base64> for each key; the first encrypts.';
  throw new ConfigError(parsed.problems.map((message) => ({ variable, message, action })));
}

function readKeysFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw problem(
      'MESH_ROLLOUT_CODEC_KEYS_FILE',
      `names ${path}, which cannot be read (${code})`,
      'Correct the path.',
    );
  }
}

function problem(variable: string, message: string, action: string): ConfigError {
  return new ConfigError([{ variable, message, action }]);
}
