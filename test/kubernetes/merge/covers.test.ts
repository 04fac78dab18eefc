import { expect, it } from 'vitest';
import { firstDifference } from '../../../src/kubernetes/merge/covers.js';

it.each([
  ['fields that others set', { a: 1 }, { a: 1, b: 2 }],
  ['an empty list that the API server leaves out', { a: [], b: {}, c: '', d: false, e: 0 }, {}],
  ['a map of nothing', { a: { b: [], c: null } }, {}],
  [
    'null, whatever is there',
    { metadata: { creationTimestamp: null } },
    { metadata: { creationTimestamp: 'x' } },
  ],
  ['defaults in items of lists', { p: [{ port: 1 }] }, { p: [{ port: 1, protocol: 'TCP' }] }],
  ['quantities in another spelling', { cpu: '1000m', memory: '2048Mi' }, { cpu: '1', memory: '2Gi' }],
  ['a number as a quantity', { cpu: 1 }, { cpu: '1' }],
])('%s are no difference', (_, wanted, live) => {
  expect(firstDifference(wanted, live)).toBeUndefined();
});

it.each([
  ['another value', { a: { b: 1 } }, { a: { b: 2 } }, 'a.b'],
  ['a field that is missing', { a: { b: 'x' } }, { a: {} }, 'a.b'],
  ['a list of another length', { p: [1] }, { p: [1, 2] }, 'p'],
  ['another item of a list', { p: [{ q: 1 }, { q: 2 }] }, { p: [{ q: 1 }, { q: 3 }] }, 'p[1].q'],
  ['something that is no list', { p: [1] }, { p: { 0: 1 } }, 'p'],
  ['something that is no map', { p: { q: 1 } }, { p: 'q' }, 'p'],
  ['a text that is emptied', { a: '' }, { a: 'x' }, 'a'],
  ['a switch that is turned off', { a: false }, { a: true }, 'a'],
  ['another quantity', { cpu: '100m' }, { cpu: '200m' }, 'cpu'],
  ['texts that only look alike', { v: '1.4.3' }, { v: '1.4.30' }, 'v'],
])('%s is a difference', (_, wanted, live, path) => {
  expect(firstDifference(wanted, live)).toBe(path);
});
