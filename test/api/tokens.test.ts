import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { findToken, parseTokens } from '../../src/api/tokens.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('parseTokens', () => {
  it('reads YAML and JSON', () => {
    const yaml = `- { name: alice, sha256: ${sha256('a')}, scope: operate }\n- { name: ci, sha256: ${sha256('b')}, scope: read }`;
    const json = JSON.stringify([
      { name: 'alice', sha256: sha256('a'), scope: 'operate' },
      { name: 'ci', sha256: sha256('b').toUpperCase(), scope: 'read' },
    ]);
    for (const text of [yaml, json]) {
      const parsed = parseTokens(text);
      expect(parsed.ok && parsed.value.map(({ name, scope }) => [name, scope])).toEqual([
        ['alice', 'operate'],
        ['ci', 'read'],
      ]);
      expect(parsed.ok && findToken(parsed.value, 'Bearer b')?.name).toBe('ci');
    }
  });

  it('names every problem, without the content', () => {
    const parsed = parseTokens(
      JSON.stringify([
        { name: 'alice', token: 'plain-secret', scope: 'operate' },
        { name: 'no spaces', sha256: 'short-secret', scope: 'admin' },
      ]),
    );
    expect(parsed.ok ? [] : parsed.problems.map(({ path }) => path)).toEqual([
      '0.sha256',
      '0',
      '1.name',
      '1.sha256',
      '1.scope',
    ]);
    expect(JSON.stringify(parsed)).not.toMatch(/plain-secret|short-secret/);
  });

  it('refuses two tokens of one name or one secret', () => {
    const entry = { name: 'alice', sha256: sha256('a'), scope: 'read' };
    expect(parseTokens(JSON.stringify([entry, entry]))).toEqual({
      ok: false,
      problems: [
        { path: '1.name', message: 'is used twice' },
        { path: '1.sha256', message: 'is used twice' },
      ],
    });
  });

  it.each(['', '{}', 'a: [secret', '[]', 'just text'])('refuses %j', (text) => {
    const parsed = parseTokens(text);
    expect(parsed.ok).toBe(false);
    expect(JSON.stringify(parsed)).not.toContain('secret');
  });
});
