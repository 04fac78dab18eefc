import { describe, expect, test } from 'vitest';
import { parseRollout } from '../../../src/rollout/document/parse-rollout.js';
import { remoteInput } from '../../../src/rollout/resolve/cluster-inputs.js';
import type { ResolvedRollout } from '../../../src/rollout/resolve/resolved.js';
import { testInventory } from '../../support/bad-documents.js';

const inventory = testInventory();

function resolve(changes: object): ResolvedRollout {
  const document = { mesh: 'shop', release: '1.31', primary: { cluster: 'hub' }, ...changes };
  const parsed = parseRollout(document, inventory);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.value;
}

function problemsOf(changes: object) {
  const document = { mesh: 'shop', release: '1.31', primary: { cluster: 'hub' }, ...changes };
  const parsed = parseRollout(document, inventory);
  return parsed.ok ? [] : parsed.problems;
}

const names = (rollout: ResolvedRollout) => rollout.remotes.map(({ cluster }) => cluster);

/** What a remote's steps get where the document has no values for all. */
const valuesOf = (rollout: ResolvedRollout, cluster: string) =>
  remoteInput(rollout, 'run-1', cluster, []).values;

describe('remotes', () => {
  test('a selector never selects the primary', () => {
    expect(names(resolve({ remotes: [{ selector: { tier: 'prod' } }] }))).toEqual(['eu-2', 'eu-3', 'us-2']);
  });

  test('every label of a selector must match', () => {
    expect(names(resolve({ remotes: [{ selector: { tier: 'prod', region: 'us' } }] }))).toEqual(['us-2']);
  });

  test('the values of the entry that names a cluster win, before or after a selector', () => {
    const ofSelector = { a: 1 };
    const named = { b: 2 };
    const entries = [
      { selector: { region: 'eu' }, values: ofSelector },
      { cluster: 'eu-2', values: named },
    ];

    for (const remotes of [entries, entries.toReversed()]) {
      const rollout = resolve({ remotes });
      expect(names(rollout).toSorted()).toEqual(['eu-1', 'eu-2', 'eu-3']);
      expect(valuesOf(rollout, 'eu-2')).toEqual(named);
      expect(valuesOf(rollout, 'eu-1')).toEqual(ofSelector);
    }
  });

  test('of two selectors the first that matches gives the values', () => {
    const rollout = resolve({
      remotes: [
        { selector: { region: 'eu' }, values: { first: true } },
        { selector: { tier: 'prod' }, values: { first: false } },
      ],
    });
    expect(names(rollout).map((name) => [name, valuesOf(rollout, name)])).toEqual([
      ['eu-1', { first: true }],
      ['eu-2', { first: true }],
      ['eu-3', { first: true }],
      ['us-2', { first: false }],
    ]);
  });

  test('the values of a selector stand in the resolved document once, however many clusters it matches', () => {
    const clusters = Array.from({ length: 500 }, (_, index) => ({
      name: `eu-${index}`,
      labels: { region: 'eu' },
    }));
    const values = { meshConfig: { defaultConfig: { note: 'x'.repeat(20_000) } } };
    const parsed = parseRollout(
      {
        mesh: 'shop',
        release: '1.31',
        primary: { cluster: 'hub' },
        remotes: [{ selector: { region: 'eu' }, values }],
      },
      { clusters: [{ name: 'hub' }, ...clusters] },
    );
    expect(parsed.ok && valuesOf(parsed.value, 'eu-499')).toEqual(values);
    // Temporal refuses payloads of more than 2 MB.
    expect(JSON.stringify(parsed).length).toBeLessThan(64 * 1024);
  });

  test('may be 2,000, which is what has been run; one more is refused with the reason', () => {
    const document = {
      mesh: 'shop',
      release: '1.31',
      primary: { cluster: 'hub' },
      remotes: [{ selector: { region: 'eu' } }],
    };
    const parsed = (count: number) => {
      const fleet = Array.from({ length: count }, (_, i) => ({ name: `eu-${i}`, labels: { region: 'eu' } }));
      return parseRollout(document, { clusters: [{ name: 'hub' }, ...fleet] });
    };
    expect(parsed(2_000).ok).toBe(true);
    expect(parsed(2_001)).toMatchObject({
      ok: false,
      problems: [{ path: 'remotes', message: expect.stringContaining('2001, more than the 2000') }],
    });
  });

  test('labels of prototypes are no labels', () => {
    expect(problemsOf({ remotes: [{ selector: { constructor: 'x' } }] })).toMatchObject([
      { path: 'remotes[0].selector' },
    ]);
  });
});

describe('waves', () => {
  const eu = [{ selector: { region: 'eu' } }];

  test('a remote belongs to the first wave that matches', () => {
    const { waves } = resolve({
      remotes: eu,
      strategy: {
        waves: [
          { name: 'canary', selector: { tier: 'canary' } },
          { name: 'eu', selector: { region: 'eu' } },
        ],
      },
    });
    expect(waves.map(({ clusters }) => clusters)).toEqual([['eu-1'], ['eu-2', 'eu-3']]);
  });

  test('what no wave matches goes into a last wave "rest"', () => {
    const { waves } = resolve({
      remotes: eu,
      strategy: { waves: [{ name: 'canary', selector: { tier: 'canary' } }] },
    });
    expect(waves).toMatchObject([{ name: 'canary' }, { name: 'rest', clusters: ['eu-2', 'eu-3'] }]);
  });

  test('a wave without selector takes what is left, whatever its name, and its gates hold', () => {
    const { waves } = resolve({
      remotes: eu,
      strategy: { waves: [{ name: 'everyone', approval: 'before', minSuccessTime: '1m' }] },
    });
    expect(waves).toEqual([
      { name: 'everyone', clusters: ['eu-1', 'eu-2', 'eu-3'], approval: 'before', minSuccessTimeMs: 60_000 },
    ]);
  });

  test('a wave can name its remotes, in the order of the document', () => {
    const { waves } = resolve({
      remotes: eu,
      strategy: { waves: [{ name: 'two', clusters: ['eu-3', 'eu-1'] }] },
    });
    expect(waves.map(({ clusters }) => clusters)).toEqual([['eu-1', 'eu-3'], ['eu-2']]);
  });
});

describe('one mistake is told once', () => {
  test('an unknown remote does not make waves and namespaces wrong that may mean it', () => {
    const problems = problemsOf({
      remotes: [{ cluster: 'eu1' }, { cluster: 'us-2' }],
      namespaces: [{ name: 'shop', clusters: ['eu-1'] }],
      strategy: { waves: [{ name: 'canary', selector: { tier: 'canary' } }] },
    });
    expect(problems.map(({ path }) => path)).toEqual(['remotes[0].cluster']);
  });

  test('a misspelt selector of a wave does not make the waves after it empty', () => {
    const problems = problemsOf({
      remotes: [{ selector: { region: 'eu' } }],
      strategy: { waves: [{ name: 'canary', selectr: { tier: 'canary' } }, { name: 'rest' }] },
    });
    expect(problems.map(({ path }) => path)).toEqual(['strategy.waves[0].selectr']);
  });

  test('a wrong success time does not hide that a later wave is empty', () => {
    const problems = problemsOf({
      remotes: [{ cluster: 'eu-1' }],
      strategy: { waves: [{ name: 'all', minSuccessTime: 1 }, { name: 'rest' }] },
    });
    expect(problems.map(({ path }) => path)).toEqual([
      'strategy.waves[0].minSuccessTime',
      'strategy.waves[1]',
    ]);
  });

  test('an injection that cannot be read is not taken for the default', () => {
    const problems = problemsOf({
      revision: 'canary',
      remotes: [{ cluster: 'eu-1' }],
      namespaces: [{ name: 'shop', injection: 7 }],
    });
    expect(problems.map(({ message }) => message)).toEqual([expect.stringContaining('write it in quotes')]);
  });
});

test('an empty inventory is told as such', () => {
  const document = {
    mesh: 'shop',
    release: '1.31',
    primary: { cluster: 'hub' },
    remotes: [{ cluster: 'a' }],
  };
  const parsed = parseRollout(document, { clusters: [] });
  expect(parsed).toMatchObject({
    problems: [
      { path: 'primary.cluster', message: '"hub" is not in the inventory, which has no cluster' },
      { path: 'remotes[0].cluster' },
    ],
  });
});

test('300 remotes, named or selected, resolve to 300 remotes in 30 waves', () => {
  const clusters = Array.from({ length: 300 }, (_, index) => ({
    name: `cluster-${index}`,
    labels: { group: `g${index % 30}`, all: 'yes' },
  }));
  const document = {
    mesh: 'shop',
    release: '1.31',
    primary: { cluster: 'hub' },
    strategy: {
      waves: Array.from({ length: 29 }, (_, index) => ({
        name: `w${index}`,
        selector: { group: `g${index}` },
      })),
      maxConcurrency: '10%',
    },
  };
  for (const remotes of [clusters.map(({ name }) => ({ cluster: name })), [{ selector: { all: 'yes' } }]]) {
    const parsed = parseRollout({ ...document, remotes }, { clusters: [{ name: 'hub' }, ...clusters] });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    expect(parsed.value.remotes).toHaveLength(300);
    expect(parsed.value.waves).toHaveLength(30);
    expect(parsed.value.waves.flatMap((wave) => wave.clusters).toSorted()).toEqual(
      names(parsed.value).toSorted(),
    );
    expect(parsed.value.maxConcurrency).toBe(30);
  }
});
