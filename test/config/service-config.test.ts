import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/config/config-error.js';
import { readServiceConfig } from '../../src/config/service-config.js';
import { freshKeyText } from '../support/workflows/codec.js';

function messageOf(environment: Record<string, string>): string {
  try {
    readServiceConfig({ HOME: '/nonexistent', ...environment });
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('nothing is wrong');
}

describe('readServiceConfig', () => {
  it('has the keys of the codec, and none by default', () => {
    const read = (environment: Record<string, string>) =>
      readServiceConfig({ HOME: '/nonexistent', ...environment });
    expect(read({}).codecKeys).toEqual([]);
    const { codecKeys } = read({ MESH_ROLLOUT_CODEC_KEYS: `${freshKeyText('b')},${freshKeyText('a')}` });
    expect(codecKeys.map(({ id }) => id)).toEqual(['b', 'a']);
  });

  it('tells every problem at once: of its own variables, of Temporal, of files', () => {
    const message = messageOf({ MESH_ROLLOUT_PORT: 'many', TEMPORAL_ADDRESS: 'here' });
    expect(message).toContain('MESH_ROLLOUT_PORT is "many"');
    expect(message).toContain('TEMPORAL_ADDRESS is "here"');
  });

  it('quotes no key', () => {
    const message = messageOf({ MESH_ROLLOUT_CODEC_KEYS: 'secret' });
    expect(message).toBe(
      'MESH_ROLLOUT_CODEC_KEYS key 1 is not <id>:<base64>. Write <id>:<32 bytes in base64> for each key; the first encrypts.',
    );
    expect(messageOf({ MESH_ROLLOUT_CODEC_KEYS_FILE: '/nonexistent/keys' })).toBe(
      'MESH_ROLLOUT_CODEC_KEYS_FILE names /nonexistent/keys, which cannot be read (ENOENT). Correct the path.',
    );
    expect(messageOf({ MESH_ROLLOUT_CODEC_KEYS: 'a', MESH_ROLLOUT_CODEC_KEYS_FILE: 'b' })).toContain(
      'Unset one.',
    );
  });

  it('knows an origin when it sees one', () => {
    for (const bad of ['*', 'http://ui.example/', 'ui.example', 'http://ui.example,,', 'file:///x']) {
      expect(messageOf({ MESH_ROLLOUT_CODEC_ORIGINS: bad }), bad).toContain('MESH_ROLLOUT_CODEC_ORIGINS');
    }
  });
});
