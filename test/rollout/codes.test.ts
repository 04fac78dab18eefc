import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { API_CODES } from '../../src/api/api-codes.js';
import { ERRORS, FINDINGS } from '../../src/rollout/codes.js';
import { ACCEPTABLE } from '../../src/rollout/resolve/acceptance.js';
import { TEMPORAL_PROBLEMS } from '../../src/temporal/connection/temporal-error.js';

const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');

/** The text below each code of a section, by code. */
function codesOf(section: string): Map<string, string> {
  const text = page.split(/^## /m).find((part) => part.startsWith(`${section}\n`)) ?? '';
  const entries = text.split(/^### /m).slice(1);
  return new Map(
    entries.map((entry) => {
      const end = entry.indexOf('\n');
      return [entry.slice(0, end), entry.slice(end)];
    }),
  );
}

function field(entry: string | undefined, name: string): string | undefined {
  return entry?.match(new RegExp(`^- \\*\\*${name}:\\*\\* (.+)$`, 'm'))?.[1];
}

describe('docs/errors.md explains every finding', () => {
  const documented = codesOf('Findings');

  test('and no other', () => {
    expect([...documented.keys()]).toEqual(Object.keys(FINDINGS));
  });

  test.each(Object.entries(FINDINGS))('%s', (code, { title }) => {
    const entry = documented.get(code);
    expect(field(entry, 'What happened')).toBe(title);
    expect(field(entry, 'Where')).toBeDefined();
    expect(field(entry, 'Next')).toBeDefined();
    const acceptance = (ACCEPTABLE as string[]).includes(code) ? 'can be accepted' : 'cannot be accepted';
    expect(field(entry, 'Severity')).toMatch(new RegExp(`^(block|warn|info)\\b.*; ${acceptance}\\.$`));
  });
});

describe('docs/errors.md explains every failure', () => {
  const documented = codesOf('Failures');

  test('and no other', () => {
    expect([...documented.keys()]).toEqual(Object.keys(ERRORS));
  });

  test.each(Object.entries(ERRORS))('%s', (code, { title, transient }) => {
    const entry = documented.get(code);
    expect(field(entry, 'What happened')).toBe(title);
    expect(field(entry, 'Where')).toBeDefined();
    expect(field(entry, 'Next')).toBeDefined();
    expect(field(entry, 'Retried by itself')).toBe(transient ? 'yes.' : 'no.');
  });
});

describe.each([
  ['Answers of the API', API_CODES],
  ['Temporal', TEMPORAL_PROBLEMS],
] as const)('docs/errors.md explains every code under %s', (section, codes) => {
  const documented = codesOf(section);

  test('and no other', () => {
    expect([...documented.keys()]).toEqual(Object.keys(codes));
  });

  test.each(Object.entries(codes))('%s', (code, { title, action }) => {
    expect(field(documented.get(code), 'What happened')).toBe(title);
    expect(field(documented.get(code), 'Next')).toBe(action);
  });
});

test('no code is a finding and a failure', () => {
  expect(Object.keys(FINDINGS).filter((code) => code in ERRORS)).toEqual([]);
});
