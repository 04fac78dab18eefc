import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { Clusters } from '../../../src/kubernetes/connection/clusters.js';
import { failureOf } from '../support/failure-of.js';
import { writeKubeconfig } from '../support/stub-api-server.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const URL = 'https://10.0.0.1:6443';

async function inventory(clusters: unknown): Promise<string> {
  const path = join(await temporaryFolder(), 'inventory.yaml');
  await writeFile(path, JSON.stringify({ clusters }));
  return path;
}

test('a cluster has one client, shared by all who ask', async () => {
  const clusters = new Clusters(
    await inventory([{ name: 'eu-1', kubeconfig: await writeKubeconfig(URL, { token: 't' }) }]),
  );
  const [one, other] = await Promise.all([clusters.get('eu-1'), clusters.get('eu-1')]);
  expect(one).toBe(other);
  expect(one).toMatchObject({ name: 'eu-1', server: URL });
});

test('kubeconfig paths are relative to the inventory', async () => {
  const kubeconfig = await writeKubeconfig(URL, { token: 't' });
  const path = await inventory([]);
  await writeFile(
    path,
    JSON.stringify({ clusters: [{ name: 'eu-1', kubeconfig: relative(dirname(path), kubeconfig) }] }),
  );
  expect((await new Clusters(path).get('eu-1')).server).toBe(URL);
});

test('a kubeconfig that was replaced gives a new client', async () => {
  const kubeconfig = await writeKubeconfig(URL, { token: 't' });
  const clusters = new Clusters(await inventory([{ name: 'eu-1', kubeconfig }]));
  const before = await clusters.get('eu-1');
  await rename(await writeKubeconfig('https://10.0.0.2:6443', { token: 't' }), kubeconfig);
  const after = await clusters.get('eu-1');
  expect([before.server, after.server]).toEqual([URL, 'https://10.0.0.2:6443']);
});

test('an inventory that was replaced is read again', async () => {
  const kubeconfig = await writeKubeconfig(URL, { token: 't' });
  const path = await inventory([{ name: 'eu-1', kubeconfig }]);
  const clusters = new Clusters(path);
  await clusters.get('eu-1');
  await rename(await inventory([{ name: 'eu-2', kubeconfig }]), path);
  expect((await clusters.get('eu-2')).name).toBe('eu-2');
  expect(await failureOf(clusters.get('eu-1'))).toMatchObject({
    code: 'cluster-not-usable',
    cluster: 'eu-1',
  });
});

test('while somebody is at work on the inventory, what it said holds; who asks for all of it is told', async () => {
  const path = await inventory([{ name: 'eu-1', kubeconfig: await writeKubeconfig(URL, { token: 't' }) }]);
  const clusters = new Clusters(path);
  await clusters.get('eu-1');
  await writeFile(path, 'clusters: [');
  expect((await clusters.get('eu-1')).name).toBe('eu-1');
  expect((await failureOf(clusters.inventory())).code).toBe('inventory-invalid');
});

test('while somebody is writing a kubeconfig, what it gave goes on; one that never worked is told', async () => {
  const kubeconfig = await writeKubeconfig(URL, { token: 't' });
  const path = await inventory([{ name: 'eu-1', kubeconfig }]);
  const clusters = new Clusters(path);
  const before = await clusters.get('eu-1');
  const whole = await readFile(kubeconfig, 'utf8');
  for (const length of [0, 40, whole.length - 60]) {
    await writeFile(kubeconfig, whole.slice(0, length));
    expect(await clusters.get('eu-1')).toBe(before);
    expect(await failureOf(new Clusters(path).get('eu-1'))).toMatchObject({ code: 'cluster-not-usable' });
  }
  await writeFile(kubeconfig, whole.replaceAll('10.0.0.1', '10.0.0.2'));
  expect((await clusters.get('eu-1')).server).toBe('https://10.0.0.2:6443');
});

test('an inventory that is not valid is told with every problem', async () => {
  const path = await inventory([{ name: 'EU_1', kubeconfig: 'a' }, { name: 'eu-2' }]);
  const error = await failureOf(new Clusters(path).inventory());
  expect(error.code).toBe('inventory-invalid');
  expect(error.message).toContain('clusters[0].name');
  expect(error.message).toContain('clusters[1].kubeconfig');
});

test('an inventory that does not exist', async () => {
  const path = await inventory([]);
  await rm(path);
  expect(await failureOf(new Clusters(path).inventory())).toMatchObject({
    code: 'inventory-invalid',
    transient: false,
  });
});

test('a cluster with a kubeconfig that cannot be used fails, the others do not', async () => {
  const kubeconfig = await writeKubeconfig(URL, { token: 't' });
  const clusters = new Clusters(
    await inventory([
      { name: 'eu-1', kubeconfig: 'no-such-file' },
      { name: 'eu-2', kubeconfig },
    ]),
  );
  expect(await failureOf(clusters.get('eu-1'))).toMatchObject({
    code: 'cluster-not-usable',
    cluster: 'eu-1',
  });
  expect((await clusters.get('eu-2')).name).toBe('eu-2');
});
