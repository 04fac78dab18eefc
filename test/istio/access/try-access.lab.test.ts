import { beforeAll, describe, expect, it } from 'vitest';
import type { LabCluster } from '../../../lab/lab.js';
import { readReaderToken, requestReaderToken } from '../../../src/istio/access/reader-token.js';
import type { RemoteAccess } from '../../../src/istio/access/remote-access.js';
import { tryAccess } from '../../../src/istio/access/try-access.js';
import { hasCode, until } from '../../support/wait.js';
import { inputFor, newCluster, newWorker, step } from '../support/lab-mesh.js';

const never = new AbortController().signal;

let remote: LabCluster;
let other: LabCluster;
let access: RemoteAccess;

beforeAll(async () => {
  [remote, other] = await Promise.all([
    newCluster('tried', { controllers: 'few' }),
    newCluster('other', { controllers: 'few' }),
  ]);
  const worker = await newWorker();
  await step(worker, 'prepareNamespace', await inputFor(remote));
  await step(worker, 'installRemote', await inputFor(remote));
  const client = await worker.clusters.get(remote.name);
  await expect(readReaderToken(client, 'istio-system', never)).rejects.toMatchObject({
    code: 'token-not-issued',
  });
  await requestReaderToken(client, 'istio-system', never);
  const token = await until('the token', () => readReaderToken(client, 'istio-system', never), {
    tolerate: hasCode('token-not-issued'),
  });
  access = { cluster: remote.name, server: remote.server, ...token };
});

describe('tryAccess', () => {
  it('accepts server, CA and token that belong together', async () => {
    expect(await tryAccess(access, 'namespaces', never)).toEqual({ outcome: 'works' });
  });

  it('reaches by a proxy what only the proxy reaches', async () => {
    expect(await tryAccess({ ...access, server: remote.apiServer }, 'namespaces', never)).toEqual({
      outcome: 'works',
    });
  });

  it('refuses the server of another cluster', async () => {
    const wrong = { ...access, server: other.server };
    await expect(tryAccess(wrong, 'namespaces', never)).rejects.toMatchObject({
      code: 'remote-secret-refused',
    });
  });

  it('refuses it also when that cluster has the same CA', async () => {
    const wrong = { ...access, server: other.server, ca: other.certificateAuthority };
    const failure = tryAccess(wrong, 'namespaces', never);
    await expect(failure).rejects.toMatchObject({ code: 'remote-secret-refused' });
    await expect(failure).rejects.toThrow('(401)');
  });

  it('refuses a token that may read nothing', async () => {
    const wrong = { ...access, token: await powerlessToken() };
    await expect(tryAccess(wrong, 'namespaces', never)).rejects.toThrow('may not list namespaces');
  });

  it('says nothing of the token when it fails', async () => {
    const error: Error = await tryAccess({ ...access, server: other.server }, 'namespaces', never).then(
      () => new Error('it succeeded'),
      (reason) => reason,
    );
    expect(error.message).not.toContain(access.token);
  });
});

async function powerlessToken(): Promise<string> {
  const path = '/api/v1/namespaces/default/serviceaccounts/default/token';
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
  return (await remote.api.post<{ status: { token: string } }>(path, request)).status.token;
}
