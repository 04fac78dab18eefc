import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseInventory } from '../../src/rollout/inventory/inventory.js';
import { temporaryFolder } from '../kubernetes/support/temporary-folder.js';
import { cli } from './support/run.js';

const SECRET = 'eyJhbGciOiJSUzI1NiJ9.secret';

/** A kubeconfig with everything that gets a remark. */
async function kubeconfig(): Promise<string> {
  const path = join(await temporaryFolder(), 'config');
  const servers = {
    '123': 'https://10.0.0.4:6443',
    'EU/1': 'https://10.0.0.1:6443',
    'eu-1': 'https://10.0.0.1:6443',
    'kind-local': 'https://127.0.0.1:34567',
    'odd\n  name: injected': 'https://10.0.0.3:6443',
  };
  const names = Object.keys(servers);
  const content = {
    contexts: [
      ...names.map((name) => ({ name, context: { cluster: name, user: 'admin' } })),
      { name: 'broken', context: { cluster: 'nowhere', user: 'admin' } },
    ],
    clusters: Object.entries(servers).map(([name, server]) => ({
      name,
      cluster: { server, 'certificate-authority-data': SECRET },
    })),
    users: [{ name: 'admin', user: { token: SECRET } }],
  };
  await writeFile(path, JSON.stringify(content));
  return path;
}

test('inventory: what is printed is an inventory, with remarks as comments and as warnings, and no credentials', async () => {
  const file = await kubeconfig();
  const { exitCode, out, err } = await cli(['inventory', '--kubeconfig', file]);
  expect(exitCode, err).toBe(0);
  const inventory = parseInventory(parse(out));
  expect(inventory).toEqual({
    ok: true,
    value: {
      clusters: [
        { name: '123', kubeconfig: file, context: '123' },
        { name: 'eu-1', kubeconfig: file, context: 'EU/1' },
        { name: 'eu-1-2', kubeconfig: file, context: 'eu-1' },
        { name: 'kind-local', kubeconfig: file, context: 'kind-local' },
        { name: 'odd-name-injected', kubeconfig: file, context: 'odd\n  name: injected' },
      ],
    },
  });
  expect(out).toContain('# the name eu-1 is already taken');
  expect(out).toContain('# same server as eu-1-2: a cluster must not take part under two names');
  expect(out).toContain('# istiod cannot reach https://127.0.0.1:34567: set apiServer');
  expect(out).toMatch(/context: kind-local\n +# apiServer: https:\/\/\n/);
  expect(out).toContain(`# left out: context "broken" of ${file}: its cluster "nowhere" is in no file`);
  expect(err.split('\n').filter(Boolean)).toEqual([
    'warning: eu-1: same server as eu-1-2: a cluster must not take part under two names',
    'warning: eu-1-2: the name eu-1 is already taken',
    'warning: eu-1-2: same server as eu-1: a cluster must not take part under two names',
    'warning: kind-local: istiod cannot reach https://127.0.0.1:34567: set apiServer to an https:// URL that it can reach',
    `warning: context broken of ${file} is left out: its cluster "nowhere" is in no file`,
  ]);
  expect(out + err).not.toContain('secret');
});

test('inventory: contexts can be chosen, and KUBECONFIG is read as kubectl does', async () => {
  const file = await kubeconfig();
  const environment = { KUBECONFIG: file };
  const { out, err } = await cli(['inventory', '--context', 'kind-local', '--context', '123'], {
    environment,
  });
  expect(parse(out).clusters.map(({ context }: { context: string }) => context)).toEqual([
    'kind-local',
    '123',
  ]);
  expect(err).toContain('warning: kind-local');
});

test('inventory: a context that is not there is an error that names those that are', async () => {
  const { exitCode, out, err } = await cli([
    'inventory',
    '--kubeconfig',
    await kubeconfig(),
    '--context',
    'us-1',
  ]);
  expect([exitCode, out]).toEqual([1, '']);
  expect(err).toContain('The kubeconfigs have no context us-1; they have 123, EU/1, eu-1');
});

test('inventory: when nothing is left, it is an error with the reasons', async () => {
  const { exitCode, err } = await cli([
    'inventory',
    '--kubeconfig',
    await kubeconfig(),
    '--context',
    'broken',
  ]);
  expect(exitCode).toBe(1);
  expect(err).toContain('None of the contexts can be used in an inventory.');
  expect(err).toContain('its cluster "nowhere" is in no file');
});

test('inventory --names: names and labels of an inventory, and nothing that leads to a cluster', async () => {
  const files = {
    'inventory.yaml': `
clusters:
  - { name: "123", kubeconfig: /secret/hub.yaml, context: admin, apiServer: "https://10.0.0.10:6443", labels: { tier: "1" } }
  - { name: eu-1, kubeconfig: eu-1.yaml, podCIDRs: [10.1.0.0/16] }
`,
  };
  const { exitCode, out, err } = await cli(['inventory', '--names', 'inventory.yaml'], { files });
  expect([exitCode, err]).toEqual([0, '']);
  expect(parse(out)).toEqual({ clusters: [{ name: '123', labels: { tier: '1' } }, { name: 'eu-1' }] });
  expect(out).not.toMatch(/secret|admin|10\./);
  const again = await cli(['inventory', '--names', '-'], { files: { '-': out } });
  expect(again.out).toBe(out);
});

test('inventory --names: what is no inventory is an error with every problem and its place', async () => {
  const files = { 'inventory.yaml': 'clusters:\n  - kubeconfig: a\n  - name: EU_1\n' };
  const { exitCode, out, err } = await cli(['inventory', '--names', 'inventory.yaml'], { files });
  expect([exitCode, out]).toEqual([1, '']);
  expect(err).toContain('inventory.yaml is not an inventory.');
  expect(err).toContain('inventory.yaml:2  clusters[0].name: is required');
  expect(err).toContain('inventory.yaml:3  clusters[1].name: "EU_1" is not');
  const mixed = await cli(['inventory', '--names', 'inventory.yaml', '--kubeconfig', 'a'], { files });
  expect(mixed.exitCode).toBe(1);
});

test('permissions: the manifests for the namespaces that are named', async () => {
  const { exitCode, out } = await cli([
    ...['permissions', 'remote', '--istio-namespace', 'mesh-system'],
    ...['--namespace', 'shop', '--namespace', 'cart'],
  ]);
  expect(exitCode).toBe(0);
  for (const name of ['mesh-system', 'shop', 'cart']) expect(out).toContain(`  namespace: ${name}\n`);
  expect(out).not.toContain('namespace: default');
  const refused = await cli(['permissions', 'remote', '--namespace', 'Shop_1']);
  expect(refused.exitCode).toBe(1);
  expect(refused.err).toContain('"Shop_1" is not a DNS-1123 label');
  expect((await cli(['permissions', 'hub'])).exitCode).toBe(1);
});
