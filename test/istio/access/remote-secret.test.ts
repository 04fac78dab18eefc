import { describe, expect, test } from 'vitest';
import { touchRemoteSecret, writeRemoteSecret } from '../../../src/istio/access/remote-secret.js';
import { clientOf, startStubApiServer } from '../../kubernetes/support/stub-api-server.js';

const ACCESS = { cluster: 'eu-1', server: 'https://192.0.2.9:6443', ca: 'the CA', token: 'a.b.c' };
const never = new AbortController().signal;

/** A primary that holds another remote secret of the cluster; returns what is written to it. */
async function primary() {
  const labels = { 'istio/multiCluster': 'true' };
  const live = { metadata: { name: 'istio-remote-secret-eu-1', resourceVersion: '1', uid: 'u', labels } };
  const server = await startStubApiServer(({ method, path, body }) => {
    if (method === 'PATCH') return { ...JSON.parse(body), metadata: { resourceVersion: '2' } };
    return path.includes('/secrets?') ? { items: [] } : live;
  });
  const writes = () =>
    server.requests.flatMap(({ method, body }) => {
      if (method === 'GET') return [];
      return [body.includes('"istio/multiCluster":null') ? 'hide' : method];
    });
  return { client: await clientOf(server.url), writes };
}

describe('a remote secret that changes', () => {
  test('is rewritten in place where istiod keeps the endpoints of the remote', async () => {
    const { client, writes } = await primary();
    await writeRemoteSecret(client, 'istio-system', ACCESS, '1.31', never);
    await touchRemoteSecret(client, 'istio-system', ACCESS, '1.31', never);
    expect(writes()).toEqual(['PATCH', 'PATCH']);
  });

  test('is hidden from istiod first where istiod would lose them for good', async () => {
    const { client, writes } = await primary();
    await writeRemoteSecret(client, 'istio-system', ACCESS, '1.30', never);
    await touchRemoteSecret(client, 'istio-system', ACCESS, '1.30', never);
    expect(writes()).toEqual(['hide', 'PATCH', 'hide', 'PATCH']);
  });
});
