import { expect, test } from 'vitest';
import { parseRollout } from '../../../src/rollout/document/parse-rollout.js';
import { goodDocuments, testInventory } from '../../support/bad-documents.js';

const inventory = testInventory();
const resolved = Object.fromEntries(
  goodDocuments().map(({ name, document }) => [name, parseRollout(document, inventory)]),
);

test.each(Object.entries(resolved))('%s is taken', (_, parsed) => {
  expect(parsed).toMatchObject({ ok: true });
});

test('the smallest document gets every default', () => {
  expect(resolved.smallest).toEqual({
    ok: true,
    value: {
      version: 1,
      mesh: 'shop',
      release: '1.31',
      revision: 'default',
      installer: 'istioctl',
      istioNamespace: 'istio-system',
      meshID: 'shop',
      network: 'network1',
      values: {},
      primary: { cluster: 'hub', profile: 'minimal', values: {} },
      remotes: [{ cluster: 'eu-1' }],
      remoteValues: [],
      namespaces: [],
      waves: [{ name: 'rest', clusters: ['eu-1'], minSuccessTimeMs: 0 }],
      maxConcurrency: 10,
      maxFailures: 0,
      progressDeadlineMs: 1_800_000,
      accept: [],
    },
  });
});

test('a document for Istio 1.4 gets the profile that has policy and telemetry', () => {
  expect(resolved['release-14']).toMatchObject({
    ok: true,
    value: { release: '1.4', primary: { profile: 'default' } },
  });
});

test('the complete document keeps what it says, with selectors, durations and waves resolved', () => {
  expect(resolved.complete).toMatchObject({
    ok: true,
    value: {
      meshID: 'shop',
      values: { meshConfig: { accessLogFile: '/dev/stdout' } },
      remotes: [
        { cluster: 'eu-1', values: 0 },
        { cluster: 'eu-2' },
        { cluster: 'eu-3' },
        { cluster: 'us-2' },
      ],
      remoteValues: [{ global: { proxy: { logLevel: 'debug' } } }],
      namespaces: [
        { name: 'default', injection: 'enabled' },
        { name: 'shop', injection: 'prod-tag', clusters: ['eu-1', 'eu-2'] },
      ],
      waves: [
        { name: 'canary', clusters: ['eu-1'], approval: 'after', minSuccessTimeMs: 600_000 },
        { name: 'rest', clusters: ['eu-2', 'eu-3', 'us-2'], minSuccessTimeMs: 0 },
      ],
      progressDeadlineMs: 1_800_000,
      accept: [{ code: 'service-cidr-overlap' }],
    },
  });
});

test('percentages are of all remotes, rounded down', () => {
  expect(resolved.percentages).toMatchObject({
    ok: true,
    value: {
      waves: [
        { name: 'first', clusters: ['eu-3'], approval: 'before' },
        { name: 'rest', clusters: ['eu-1', 'eu-2', 'ap-1'] },
      ],
      maxConcurrency: 2,
      maxFailures: 1,
      progressDeadlineMs: 5_400_000,
    },
  });
});
