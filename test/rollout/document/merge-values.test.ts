import { expect, test } from 'vitest';
import { mergeValues } from '../../../src/rollout/document/merge-values.js';

test.each([
  ['maps are merged', { a: { b: 1, c: 2 } }, { a: { c: 3, d: 4 } }, { a: { b: 1, c: 3, d: 4 } }],
  ['lists are replaced', { a: [1, 2, 3] }, { a: [4] }, { a: [4] }],
  ['a map replaces what is none', { a: 1 }, { a: { b: 2 } }, { a: { b: 2 } }],
  ['a map replaces a list', { a: [1] }, { a: { 0: 2 } }, { a: { 0: 2 } }],
  ['anything replaces a map', { a: { b: 1 } }, { a: 'x' }, { a: 'x' }],
  ['an empty map changes nothing', { a: { b: 1 } }, { a: {} }, { a: { b: 1 } }],
  [
    'null wins and stays, so that a default of the chart goes',
    { a: 1, b: 2 },
    { a: null },
    { a: null, b: 2 },
  ],
  ['a nested null too', { a: { b: 1, c: 2 } }, { a: { b: null } }, { a: { b: null, c: 2 } }],
  ['a value wins over null', { a: null }, { a: { b: 1 } }, { a: { b: 1 } }],
  [
    'false, 0 and "" are values',
    { a: true, b: 1, c: 'x' },
    { a: false, b: 0, c: '' },
    { a: false, b: 0, c: '' },
  ],
])('%s', (_, base, over, merged) => {
  expect(mergeValues(base, over)).toEqual(merged);
});

test('neither argument is changed', () => {
  const base = { a: { b: [1] } };
  const over = { a: { b: [2], c: { d: 1 } } };
  const before = structuredClone([base, over]);
  mergeValues(mergeValues(base, over), { a: { c: null } });
  expect([base, over]).toEqual(before);
});

test('prototypes stay out of reach', () => {
  const merged = mergeValues(
    {},
    JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}'),
  );
  expect(Object.keys(merged)).toEqual(['__proto__', 'constructor']);
  expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});
