import { expect, test } from 'vitest';
import { parseInventory, parseInventoryNames } from '../../../src/rollout/inventory/inventory.js';
import { testInventory } from '../../support/bad-documents.js';

const cluster = { name: 'eu-1', kubeconfig: 'eu-1.yaml' };

function problemsOf(...clusters: unknown[]): string[] {
  const parsed = parseInventory({ clusters });
  return parsed.ok ? [] : parsed.problems.map(({ path, message }) => `${path}: ${message}`);
}

test('the inventory of the tests is one', () => {
  expect(parseInventory(testInventory())).toEqual({ ok: true, value: testInventory() });
});

test('every field is kept as it is written', () => {
  const value = {
    clusters: [
      {
        ...cluster,
        context: 'admin@eu-1',
        apiServer: 'https://rancher.example.com/k8s/clusters/c-1',
        certificateAuthority: 'certificates/rancher.pem',
        podCIDRs: ['10.244.0.0/16', 'fd00:10:244::/56'],
        serviceCIDRs: [],
        labels: { tier: 'prod', 'topology.kubernetes.io/region': 'eu', empty: '' },
      },
    ],
  };
  expect(parseInventory(value)).toEqual({ ok: true, value });
});

test.each([
  [{ kubeconfig: 'a' }, 'clusters[0].name: is required'],
  [{ name: 'eu-1' }, 'clusters[0].kubeconfig: is required'],
  [{ ...cluster, name: 'EU_1' }, 'clusters[0].name: "EU_1" is not a DNS-1123 label'],
  [{ ...cluster, name: 7 }, 'clusters[0].name: must be a string, not a number: write it in quotes'],
  [{ ...cluster, kubeconfig: '' }, 'clusters[0].kubeconfig: must not be empty'],
  [
    { ...cluster, kubeconfig: 'apiVersion: v1\nkind: Config' },
    'clusters[0].kubeconfig: is the path of a kubeconfig file',
  ],
  [{ ...cluster, certificateAuthority: '' }, 'clusters[0].certificateAuthority: must not be empty'],
  [
    { ...cluster, certificateAuthority: '-----BEGIN CERTIFICATE-----\nMIIB' },
    'clusters[0].certificateAuthority: is the path of a PEM file, not its content',
  ],
  [{ ...cluster, context: '' }, 'clusters[0].context: must not be empty'],
  [{ ...cluster, context: null }, 'clusters[0].context: is empty (null)'],
  [{ ...cluster, apiServer: '10.0.0.1:6443' }, 'clusters[0].apiServer: is not a URL'],
  [{ ...cluster, apiServer: 'https:10.0.0.1:6443' }, 'clusters[0].apiServer: is not a URL'],
  [{ ...cluster, apiServer: 'https:/10.0.0.1:6443' }, 'clusters[0].apiServer: is not a URL'],
  [{ ...cluster, apiServer: 'https:\\\\10.0.0.1:6443' }, 'clusters[0].apiServer: is not a URL'],
  [{ ...cluster, apiServer: ' https://10.0.0.1:6443' }, 'clusters[0].apiServer: is not a URL'],
  [{ ...cluster, apiServer: 'https://10.0.0.1:6443/a b' }, 'clusters[0].apiServer: is not a URL'],
  [{ ...cluster, apiServer: 'eu-1.example.com:6443' }, 'clusters[0].apiServer: is not a URL'],
  [{ ...cluster, apiServer: 'http://10.0.0.1:6443' }, 'clusters[0].apiServer: must begin with https://'],
  [
    { ...cluster, apiServer: 'https://me:hunter2@10.0.0.1' },
    'clusters[0].apiServer: must not contain credentials',
  ],
  [
    { ...cluster, apiServer: 'https://10.0.0.1/?a=b' },
    'clusters[0].apiServer: must end with its host, port or path',
  ],
  [{ ...cluster, podCIDRs: ['10.0.0.0'] }, 'clusters[0].podCIDRs[0]: "10.0.0.0" is not a CIDR'],
  [
    { ...cluster, serviceCIDRs: ['10.0.0.7/24'] },
    'clusters[0].serviceCIDRs[0]: "10.0.0.7/24" names an address inside',
  ],
  [{ ...cluster, podCIDRs: '10.0.0.0/8' }, 'clusters[0].podCIDRs: must be a list, not a string'],
  [{ ...cluster, labels: { tier: 1 } }, 'clusters[0].labels.tier: must be a string'],
  [{ ...cluster, labels: { 'a b': 'c' } }, 'clusters[0].labels["a b"]: "a b" is not a label key'],
  [{ ...cluster, labels: { a: 'b c' } }, 'clusters[0].labels.a: "b c" is not a label value'],
  [
    { ...cluster, apiserver: 'https://10.0.0.1' },
    'clusters[0].apiserver: is not a known field; did you mean apiServer?',
  ],
])('%j is refused', (entry, problem) => {
  expect(problemsOf(entry)).toEqual([expect.stringContaining(problem)]);
});

test('a problem does not repeat a password', () => {
  expect(problemsOf({ ...cluster, apiServer: 'https://me:hunter2@10.0.0.1' }).join()).not.toContain(
    'hunter2',
  );
});

test('a name that is there twice is told, with every other problem, in order', () => {
  const other = { name: 'eu-2', kubeconfig: 'a' };
  expect(problemsOf(cluster, other, { ...cluster, extra: 1 }, { ...other, name: 'Bad' }, cluster)).toEqual([
    expect.stringContaining('clusters[2].extra: is not a known field'),
    expect.stringContaining('clusters[2].name: "eu-1" is already the name of clusters[0]'),
    expect.stringContaining('clusters[3].name: "Bad" is not'),
    expect.stringContaining('clusters[4].name: "eu-1" is already the name of clusters[0]'),
  ]);
});

test('an inventory without clusters is refused', () => {
  expect(problemsOf()).toEqual(['clusters: must name at least one cluster']);
});

test('for someone who reaches no cluster, kubeconfigs may be left out, and nothing else', () => {
  const named = { clusters: [{ name: 'eu-1', labels: { tier: 'prod' } }, { name: 'eu-2' }] };
  expect(parseInventoryNames(named)).toEqual({ ok: true, value: named });
  expect(parseInventoryNames(testInventory())).toEqual({ ok: true, value: testInventory() });
  const bad = { clusters: [{ labels: {} }, { name: 'eu-2', kubeconfig: '', label: {} }, { name: 'eu-2' }] };
  const parsed = parseInventoryNames(bad);
  expect(parsed.ok ? [] : parsed.problems.map(({ path }) => path)).toEqual([
    'clusters[0].name',
    'clusters[1].kubeconfig',
    'clusters[1].label',
    'clusters[2].name',
  ]);
});
