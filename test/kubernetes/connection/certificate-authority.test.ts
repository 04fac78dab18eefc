import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { Clusters } from '../../../src/kubernetes/connection/clusters.js';
import { createAuthority } from '../../support/certificates.js';
import { failureOf } from '../support/failure-of.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const { certificate } = createAuthority('one');
const { certificate: another } = createAuthority('another');

/** An inventory beside a file `ca.pem` with a text. */
async function clustersWith(text: string, certificateAuthority = 'ca.pem'): Promise<Clusters> {
  const path = join(await temporaryFolder(), 'inventory.json');
  await writeFile(join(dirname(path), 'ca.pem'), text);
  const cluster = { name: 'eu-1', kubeconfig: 'eu-1.yaml', certificateAuthority };
  await writeFile(path, JSON.stringify({ clusters: [cluster, { name: 'eu-2', kubeconfig: 'eu-2.yaml' }] }));
  return new Clusters(path);
}

test('the certificates of the file are the CA, whatever stands between them', async () => {
  const clusters = await clustersWith(`# first\n${certificate}\n\n# second\n${another}`);
  const ca = await clusters.certificateAuthority('eu-1');
  expect(ca?.replaceAll('\n', '')).toBe(`${certificate}${another}`.replaceAll('\n', ''));
});

test('a cluster for which the inventory names none has none', async () => {
  expect(await (await clustersWith('')).certificateAuthority('eu-2')).toBeUndefined();
});

test.each([
  ['that is not there', '', 'missing.pem', 'cannot be read (ENOENT)'],
  [
    'without certificates',
    '-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----',
    'ca.pem',
    'contains no PEM certificate',
  ],
  [
    'with something else in the place of one',
    `${certificate}\n-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----`,
    'ca.pem',
    'in PEM block 2',
  ],
])('a file %s is an error that names it', async (_, text, name, problem) => {
  const failure = await failureOf((await clustersWith(text, name)).certificateAuthority('eu-1'));
  expect(failure).toMatchObject({ code: 'cluster-not-usable', cluster: 'eu-1' });
  expect(failure.message).toContain(name);
  expect(failure.message).toContain(problem);
  expect(failure.action).toContain('certificateAuthority of the cluster in the inventory');
});
