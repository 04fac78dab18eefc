import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { Clusters } from '../../src/kubernetes/connection/clusters.js';
import { readClusterUID } from '../../src/kubernetes/facts/namespaces.js';
import { temporaryFolder } from '../kubernetes/support/temporary-folder.js';
import { freshName, useLab } from '../support/lab.js';
import { cli } from './support/run.js';

test('an inventory made of a kubeconfig with two contexts leads the worker to both clusters', async () => {
  const lab = await useLab();
  const clusters = [lab.primary, await lab.addCluster(freshName('listed'), { controllers: 'few' })];
  const folder = await temporaryFolder();
  const kubeconfig = join(folder, 'config');
  await writeFile(
    kubeconfig,
    stringify({
      contexts: clusters.map(({ name }) => ({ name, context: { cluster: name, user: name } })),
      clusters: clusters.map(({ name, apiServer, certificateAuthority }) => ({
        name,
        cluster: {
          server: apiServer,
          'proxy-url': lab.proxyUrl,
          'certificate-authority-data': Buffer.from(certificateAuthority).toString('base64'),
        },
      })),
      users: clusters.map(({ name, productToken: token }) => ({ name, user: { token } })),
    }),
  );
  const { exitCode, out, err } = await cli(['inventory', '--kubeconfig', kubeconfig]);
  expect(exitCode, err).toBe(0);
  const path = join(folder, 'inventory.yaml');
  await writeFile(path, out);

  const known = new Clusters(path);
  for (const cluster of clusters) {
    const { metadata } = await cluster.api.get<{ metadata: { uid: string } }>(
      '/api/v1/namespaces/kube-system',
    );
    expect(await readClusterUID(await known.get(cluster.name))).toBe(metadata.uid);
  }
  known.close();
});
