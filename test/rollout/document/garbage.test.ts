import { expect, test } from 'vitest';
import { parseRollout } from '../../../src/rollout/document/parse-rollout.js';
import { parseInventory } from '../../../src/rollout/inventory/inventory.js';
import { testInventory } from '../../support/bad-documents.js';

const inventory = testInventory();
const good = { mesh: 'shop', release: '1.31', primary: { cluster: 'hub' }, remotes: [{ cluster: 'eu-1' }] };

function nested(depth: number): unknown {
  let value: unknown = 'bottom';
  for (let level = 0; level < depth; level++) value = level % 2 ? [value] : { below: value };
  return value;
}

function cycle(): unknown {
  const values: Record<string, unknown> = {};
  values.again = values;
  return { ...good, values };
}

function manyAliases(): unknown {
  let value: unknown = 'lol';
  for (let level = 0; level < 20; level++) value = Array<unknown>(10).fill(value);
  return { ...good, values: { bomb: value } };
}

const GARBAGE: readonly (readonly [string, unknown])[] = [
  ['nothing', undefined],
  ['null', null],
  ['a number', 42],
  ['a boolean', true],
  ['a string', 'mesh: shop'],
  ['a huge string', 'x'.repeat(5_000_000)],
  ['a list', []],
  ['a list of lists', [[[]]]],
  ['a list with a million items', Array(1_000_000).fill(null)],
  ['a sparse list', { ...good, remotes: new Array(3) }],
  ['a function', () => undefined],
  ['a symbol', Symbol('x')],
  ['a bigint', 10n],
  ['a date', new Date(0)],
  ['a map object', new Map([['mesh', 'shop']])],
  ['an error', new Error('no')],
  ['a class instance inside', { ...good, values: { when: new Date(0) } }],
  ['a bigint inside', { ...good, values: { count: 10n } }],
  ['NaN inside', { ...good, values: { count: Number.NaN } }],
  ['infinity inside', { ...good, strategy: { maxConcurrency: Number.POSITIVE_INFINITY } }],
  ['100 levels', { ...good, values: nested(100) }],
  ['100 000 levels', nested(100_000)],
  ['a cycle', cycle()],
  ['aliases of aliases', manyAliases()],
  ['a huge field name', { ...good, ['k'.repeat(10_000)]: 1 }],
  ['a huge name', { ...good, mesh: 'm'.repeat(20_000) }],
  ['an own __proto__', JSON.parse('{"__proto__": {"mesh": "shop"}}')],
  [
    'an own __proto__ beside the fields',
    JSON.parse(JSON.stringify(good).replace('{', '{"__proto__": {"x": 1},')),
  ],
  ['a toString field', { ...good, toString: 'x' }],
  ['a constructor field', { ...good, constructor: { prototype: { polluted: true } } }],
  ['remotes as an object with length', { ...good, remotes: { length: 1, 0: { cluster: 'eu-1' } } }],
  ['2000 copies of one remote', { ...good, remotes: Array(1000).fill({ cluster: 'eu-1' }) }],
  [
    '1000 unknown remotes',
    { ...good, remotes: Array.from({ length: 1000 }, (_, i) => ({ cluster: `eu-${i + 10}` })) },
  ],
];

test.each(GARBAGE)('%s is refused as a document, in few and short words', (_, input) => {
  const parsed = parseRollout(input, inventory);

  if (parsed.ok) expect.unreachable('garbage was taken');
  expect(parsed.problems.length).toBeGreaterThan(0);
  expect(parsed.problems.length).toBeLessThanOrEqual(201);
  for (const { path, message } of parsed.problems) {
    expect(path.length).toBeLessThan(500);
    expect(message.length).toBeLessThan(500);
  }
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

test.each(GARBAGE)('%s is refused as an inventory', (_, input) => {
  expect(parseInventory(input)).toMatchObject({ ok: false });
});

test('the document that was parsed is not changed', () => {
  const bad = { ...good, colour: 'blue', remotes: [{ cluster: 'nowhere', extra: 1 }] };
  const before = structuredClone(bad);
  parseRollout(bad, inventory);
  parseInventory(bad);
  expect(bad).toEqual(before);
});

test('undefined fields count as absent, as in JSON', () => {
  expect(parseRollout({ ...good, meshID: undefined, values: { a: undefined } }, inventory)).toMatchObject({
    ok: true,
    value: { meshID: 'shop', values: {} },
  });
});
