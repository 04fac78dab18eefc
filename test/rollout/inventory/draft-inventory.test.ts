import { expect, test } from 'vitest';
import { draftInventory, type KubeconfigContext } from '../../../src/rollout/inventory/draft-inventory.js';

const context = (name: string, more: Partial<KubeconfigContext> = {}): KubeconfigContext => ({
  name,
  file: '/k/config',
  server: `https://${name.toLowerCase().replace(/[^a-z0-9]/g, '')}.example:6443`,
  ...more,
});
const namesOf = (...names: string[]) =>
  draftInventory(
    names.map((name, index) => context(name, { server: `https://10.0.0.${index}:6443` })),
  ).clusters.map(({ entry }) => entry.name);

test('names of contexts become DNS-1123 labels', () => {
  expect(
    namesOf(
      'eu-1',
      'kubernetes-admin@kubernetes',
      'arn:aws:eks:eu-west-1:123456789012:cluster/Prod_1',
      'gke_my-project_europe-west1-b_cluster-1',
      '---',
      'Ünïcode',
    ),
  ).toEqual([
    'eu-1',
    'kubernetes-admin-kubernetes',
    'arn-aws-eks-eu-west-1-123456789012-cluster-prod-1',
    'gke-my-project-europe-west1-b-cluster-1',
    'cluster',
    'n-code',
  ]);
});

test('of a name that is too long the end stays, which tells clusters apart', () => {
  const [one, two] = namesOf(`${'a'.repeat(70)}-one`, `${'a'.repeat(70)}-two`);
  expect(one).toMatch(/^a{59}-one$/);
  expect(two).toMatch(/^a{59}-two$/);
});

test('a name that is taken gets a number, also when that is taken too, and the remark says so', () => {
  expect(namesOf('a.b', 'a-b', 'a-b-2', 'a_b')).toEqual(['a-b', 'a-b-2', 'a-b-2-2', 'a-b-3']);
  const long = 'x'.repeat(63);
  expect(namesOf(long, long.toUpperCase())).toEqual([long, `${'x'.repeat(61)}-2`]);
  const { clusters } = draftInventory([context('a.b'), context('a-b', { server: 'https://other:1' })]);
  expect(clusters.map(({ remarks }) => remarks)).toEqual([[], ['the name a-b is already taken']]);
});

test('two contexts of one server are told, unless a proxy or a name in TLS makes two clusters of it', () => {
  const server = 'https://10.0.0.1:6443';
  const draft = (one: object, two: object) =>
    draftInventory([context('a', { server, ...one }), context('b', { server, ...two })]).clusters.map(
      ({ remarks }) => remarks.filter((remark) => remark.startsWith('same server')),
    );
  const twins = 'a cluster must not take part under two names';
  expect(draft({}, { server: 'https://10.0.0.1:6443/' })).toEqual([
    [`same server as b: ${twins}`],
    [`same server as a: ${twins}`],
  ]);
  expect(draft({ tlsServerName: 'one' }, { tlsServerName: 'two' })).toEqual([[], []]);
  expect(draft({ proxyUrl: 'http://one:1' }, { proxyUrl: 'http://two:1' })).toEqual([[], []]);
});

test.each([
  ['https://127.0.0.1:6443', true],
  ['https://localhost:6443', true],
  ['https://[::1]:6443', true],
  ['https://0.0.0.0:6443', true],
  ['http://10.0.0.1:8080', true],
  ['10.0.0.1:6443', true],
  ['https://10.0.0.1:6443', false],
  ['https://eu-1.example/k8s/clusters/c-1', false],
])('server %s needs an apiServer: %s', (server, needsApiServer) => {
  const [cluster] = draftInventory([context('a', { server })]).clusters;
  expect(cluster?.needsApiServer).toBe(needsApiServer);
  expect(cluster?.remarks.length).toBe(needsApiServer ? 1 : 0);
});

test('what somebody wrote into the URL of a server is not repeated', () => {
  const servers = [
    'http://admin:secret@10.0.0.1',
    'admin:secret@10.0.0.1:6443',
    'https://admin:secret@localhost',
  ];
  const draft = draftInventory(servers.map((server, index) => context(`c-${index}`, { server })));
  expect(draft.clusters.map(({ remarks }) => remarks.length)).toEqual([1, 1, 1]);
  expect(JSON.stringify(draft)).not.toContain('secret');
});

test('contexts that cannot be used are left out with the reason', () => {
  const { clusters, leftOut } = draftInventory([
    context('a'),
    context('b', { unusable: 'it names no user' }),
  ]);
  expect(clusters.map(({ entry }) => entry)).toEqual([{ name: 'a', kubeconfig: '/k/config', context: 'a' }]);
  expect(leftOut).toEqual([{ context: 'b', file: '/k/config', why: 'it names no user' }]);
});
