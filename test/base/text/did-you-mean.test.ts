import { expect, test } from 'vitest';
import { closest } from '../../../src/base/text/did-you-mean.js';

const FIELDS = ['mesh', 'release', 'revision', 'primary', 'remotes', 'namespaces', 'meshID'];

test.each([
  ['remote', 'remotes'],
  ['remtoes', 'remotes'],
  ['Remotes', 'remotes'],
  ['meshId', 'meshID'],
  ['revison', 'revision'],
  ['namespace', 'namespaces'],
  ['xyz', undefined],
  ['', undefined],
  ['kubeconfigs', undefined],
])('%j most likely means %s', (word, meant) => {
  expect(closest(word, FIELDS)).toBe(meant);
});

test('the closest of several is taken', () => {
  expect(closest('eu-11', ['us-11', 'eu-12', 'eu-11b', 'eu-1'])).toBe('eu-12');
  expect(closest('eu-1', ['eu-10', 'eu-1', 'eu-2'])).toBe('eu-1');
});
