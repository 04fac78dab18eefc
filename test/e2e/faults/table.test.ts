import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { PRIMARY_STEPS, REMOTE_STEPS, ROLLOUT_STEPS } from '../../../src/rollout/steps.js';
import { faultsInMarkdown, inMarkdown, reasonsInMarkdown } from './markdown.js';
import { type Stage, shareOut, stagesOf } from './stages.js';
import { AT_PRIMARY, AT_REMOTE, FAULTS, type FaultName, type Table } from './table.js';

const page = readFileSync(new URL('../../../docs/faults.md', import.meta.url), 'utf8');

function section(title: string): string {
  const text = page.split(/^## /m).find((part) => part.startsWith(`${title}\n`)) ?? '';
  return text.slice(title.length).trim();
}

describe('docs/faults.md', () => {
  test('lists the faults', () => {
    expect(section('The faults')).toBe(faultsInMarkdown());
  });

  test('has the table of the steps of a remote', () => {
    expect(section('At the steps of a remote')).toBe(inMarkdown(AT_REMOTE));
  });

  test('has the table of the other steps', () => {
    expect(section('At the steps of the primary and of the rollout')).toBe(inMarkdown(AT_PRIMARY));
  });

  test('has every reason why a fault does not apply', () => {
    expect(section('What does not apply')).toBe(reasonsInMarkdown());
  });
});

describe('the tables', () => {
  test('have every step', () => {
    const [resolve, validate, last] = ROLLOUT_STEPS;
    expect(AT_PRIMARY.columns).toEqual([resolve, validate, ...PRIMARY_STEPS, last]);
    expect(AT_REMOTE.columns).toEqual([validate, ...REMOTE_STEPS]);
  });

  test('have every fault, and for each a cell of every step', () => {
    for (const { rows } of [AT_PRIMARY, AT_REMOTE]) expect(Object.keys(rows)).toEqual(Object.keys(FAULTS));
    for (const { columns, rows } of [AT_PRIMARY, AT_REMOTE] as readonly Table[]) {
      for (const cells of Object.values(rows)) expect(cells).toHaveLength(columns.length);
    }
  });

  test.each([1, 4, 7])('are shared out among %i clusters without leaving anything out', (clusters) => {
    const shares = shareOut(AT_REMOTE, clusters);
    expect(shares).toHaveLength(clusters);
    const inOrder = (stages: readonly Stage[]) => stages.map(({ fault, step }) => `${step} ${fault}`).sort();
    const ofWorker = ['tool missing', 'disk of the worker full'];
    const names = Object.keys(AT_REMOTE.rows).filter((name) => !ofWorker.includes(name)) as FaultName[];
    expect(inOrder(shares.flat())).toEqual(inOrder(names.flatMap((name) => stagesOf(AT_REMOTE, name))));
    for (const share of shares) {
      const steps = share.map(({ step }) => (AT_REMOTE.columns as readonly string[]).indexOf(step));
      expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    }
  });

  test.each([
    ['remotes', shareOut(AT_REMOTE, 4)],
    ['a primary', shareOut(AT_PRIMARY, 1)],
  ])('have %s meet last what lets a step go further than other faults do', (_, shares) => {
    for (const share of shares) {
      const goesFurther = share.map(({ fault, expected }) => fault === 'quota' || expected.is === 'unharmed');
      const isLast = share.map(({ step }, index) => share[index + 1]?.step !== step);
      expect(goesFurther.filter((further, index) => further && !isLast[index])).toEqual([]);
    }
  });
});
