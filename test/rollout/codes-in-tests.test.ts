import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ERRORS, FINDINGS } from '../../src/rollout/codes.js';
import { assertionsIn } from '../support/assertions.js';

/**
 * Where a code has to be seen that is raised in a part of the product: paths begin so. In test/api and test/cli codes come
 * from stand-ins, and so they do in the tests of workflows, but for those that workflows raise.
 */
const SEEN_IN: Readonly<Record<string, readonly string[]>> = {
  'workflows/': ['test/workflows/', 'test/e2e/'],
  'activities/': ['test/activities/', 'test/istio/', 'test/e2e/'],
  'src/istio/': ['test/istio/', 'test/activities/', 'test/e2e/'],
  'src/kubernetes/': ['test/kubernetes/', 'test/istio/', 'test/activities/', 'test/e2e/'],
  'src/temporal/': ['test/temporal/', 'test/workflows/', 'test/e2e/'],
  // Everything else there has codes handed to it.
  'src/rollout/checks/pairs.ts': ['test/rollout/checks/pairs.test.ts', 'test/workflows/', 'test/e2e/'],
};

interface Source {
  readonly path: string;
  readonly text: string;
}

function sourcesIn(folder: string): Source[] {
  const url = new URL(`../../${folder}/`, import.meta.url);
  const files = readdirSync(url, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  return files.map((file) => ({ path: `${folder}/${file}`, text: readFileSync(new URL(file, url), 'utf8') }));
}

const product = ['workflows', 'activities', 'src'].flatMap(sourcesIn);
const tests = sourcesIn('test')
  .filter(({ path }) => path.endsWith('.test.ts'))
  .map(({ path, text }) => ({ path, text: assertionsIn(text).join('\n') }));

/** Alone, or behind a severity. */
const quoted = (code: string) => new RegExp(`['"](?:(?:block|warn|info) )?${code}['"]`);
const withCode = (sources: readonly Source[], code: string, beginning: string) =>
  sources.filter(({ path, text }) => path.startsWith(beginning) && quoted(code).test(text));

describe('every code of the catalogue', () => {
  test.each([...Object.keys(FINDINGS), ...Object.keys(ERRORS)])(
    '%s is raised, and a test sees it',
    (code) => {
      const parts = Object.keys(SEEN_IN).filter((part) => withCode(product, code, part).length > 0);
      expect(parts, 'nothing raises it').not.toEqual([]);
      const places = [...new Set(parts.flatMap((part) => SEEN_IN[part] ?? []))];
      const seen = places.flatMap((place) => withCode(tests, code, place));
      expect(seen, `no test in ${places.join(', ')} expects it`).not.toEqual([]);
    },
  );
});

describe('what a test expects', () => {
  test.each([
    ["expect(failure).toMatchObject({ type: 'not-synced', a: [1] });"],
    ["await expect(check(';')).rejects.toMatchObject({\n  code: 'not-synced',\n});"],
    ["test.each([\n  ['a', 'block not-synced'],\n])('%s', () => {});"],
    ["await until('it', () => view.code === 'not-synced');"],
  ])('is found in %s', (source) => {
    expect(assertionsIn(source).some((text) => quoted('not-synced').test(text))).toBe(true);
  });

  test.each([
    ["script.on('verifyRemote', eu, () => fail('not-synced')); expect(count).toBe(1);"],
    ["expect(await run()).toBe(1); throw new RolloutError('not-synced', 'no');"],
    ["await until('the sync', check, { tolerate: hasCode('not-synced') });"],
    ["expect(text).toContain('not-synced-at-all');"],
  ])('is not what it is given: %s', (source) => {
    expect(assertionsIn(source).some((text) => quoted('not-synced').test(text))).toBe(false);
  });
});
