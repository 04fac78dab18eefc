import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { kubeconfigOf } from '../../../../../src/istio/installers/helm/tool/kubeconfig.js';
import { ClusterClient } from '../../../../../src/kubernetes/client/cluster-client.js';
import type { Connection } from '../../../../../src/kubernetes/connection/connection.js';
import { temporaryFolder } from '../../../../kubernetes/support/temporary-folder.js';
import { createAuthority } from '../../../../support/certificates.js';

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
])('kubeconfigOf returns a kubeconfig of the same connection (%#)', async (connection) => {
  const path = join(await temporaryFolder(), 'config');
  await writeFile(path, kubeconfigOf(connection));
  const client = new ClusterClient({ name: 'eu-1', path });
  expect(await client.connection()).toEqual(connection);
  client.close();
});
