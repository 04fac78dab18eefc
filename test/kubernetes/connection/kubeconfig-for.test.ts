import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ClusterClient } from '../../../src/kubernetes/client/cluster-client.js';
import type { Connection } from '../../../src/kubernetes/connection/connection.js';
import { kubeconfigFor } from '../../../src/kubernetes/connection/kubeconfig-for.js';
import { createAuthority } from '../../support/certificates.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const authority = createAuthority('ca');

it.each<Connection>([
  { server: 'https://10.0.0.1:6443', skipTLSVerify: true, token: 'token-1' },
  {
    server: 'https://10.0.0.1:6443',
    skipTLSVerify: false,
    certificateAuthority: authority.certificate,
    tlsServerName: 'kubernetes.default',
    proxyUrl: 'http://10.0.0.9:3128',
    client: authority.issue('me'),
  },
  { server: 'http://10.0.0.1:6443', skipTLSVerify: true, basic: { username: 'me', password: 'a:b' } },
])('kubeconfigFor returns a kubeconfig of the same connection (%#)', async (connection) => {
  const path = join(await temporaryFolder(), 'config');
  await writeFile(path, kubeconfigFor(connection, 'cluster'));
  const client = new ClusterClient({ name: 'eu-1', path });
  expect(await client.connection()).toEqual(connection);
  client.close();
});

it('names no CA beside the word to skip its check, because client-go refuses both', () => {
  const connection = {
    server: 'https://10.0.0.1:6443',
    skipTLSVerify: true,
    certificateAuthority: authority.certificate,
  };
  const [{ cluster }] = JSON.parse(kubeconfigFor(connection, 'eu-1')).clusters;
  expect(cluster).toEqual({ server: connection.server, 'insecure-skip-tls-verify': true });
});
