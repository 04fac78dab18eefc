import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { expect, onTestFinished, test } from 'vitest';
import { createActivities } from '../../../activities/index.js';
import { dependenciesOn, failureOf, run } from '../../activities/support.js';
import { refuse, startStubApiServer, writeKubeconfig } from '../../kubernetes/support/stub-api-server.js';
import { temporaryFolder } from '../../kubernetes/support/temporary-folder.js';
import { type Authority, createAuthority } from '../../support/certificates.js';
import { remoteInput } from '../support/inputs.js';

const OWN_CA = createAuthority('the cluster');
const FRONT_CA = createAuthority('the load balancer');
const TOKEN = 'the.readers.token';
const base64 = (text: string) => Buffer.from(text).toString('base64');

/** What answers under `apiServer`: with a certificate of an authority, and with a status to the reader's token. */
async function apiServer(authority: Authority, status = 200): Promise<string> {
  const { certificate: cert, key } = authority.issue('server', { names: ['127.0.0.1'] });
  const server = createServer({ cert, key }, ({ headers }, answer) => {
    answer.writeHead(headers.authorization === `Bearer ${TOKEN}` ? status : 401).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A remote that has issued the reader's token, and a primary without remote secrets. */
async function mesh(apiServer: string, certificateAuthority?: string) {
  const remote = await startStubApiServer(() => ({
    metadata: { annotations: { 'kubernetes.io/service-account.name': 'istio-reader-service-account' } },
    type: 'kubernetes.io/service-account-token',
    data: { 'ca.crt': base64(OWN_CA.certificate), token: base64(TOKEN) },
  }));
  const primary = await startStubApiServer(({ method, path, body }, response) => {
    if (method === 'PATCH') return { ...JSON.parse(body), metadata: { resourceVersion: '1' } };
    return path.includes('/secrets?') ? { items: [] } : refuse(response, 404);
  });
  const dependencies = await dependenciesOn([
    { name: 'hub', kubeconfig: await writeKubeconfig(primary.url, { token: 't' }) },
    {
      name: 'eu-1',
      kubeconfig: await writeKubeconfig(remote.url, { token: 't' }),
      apiServer,
      ...(certificateAuthority === undefined ? {} : { certificateAuthority }),
    },
  ]);
  const { registerRemote } = createActivities(dependencies);
  return {
    register: (...accept: string[]) => run(registerRemote, remoteInput({ accept })),
    /** The CA in the remote secret that was written; undefined without one. */
    writtenCA: () => {
      const patch = primary.requests.find(({ method }) => method === 'PATCH');
      if (patch === undefined) return undefined;
      const { data } = JSON.parse(patch.body) as { data: Record<string, string> };
      const config = load(Buffer.from(data['eu-1'] ?? '', 'base64').toString('utf8')) as {
        clusters: { cluster: Record<string, string> }[];
      };
      const ca = config.clusters[0]?.cluster['certificate-authority-data'] ?? '';
      return Buffer.from(ca, 'base64').toString('utf8').trim();
    },
  };
}

async function fileOf(text: string): Promise<string> {
  const path = join(await temporaryFolder(), 'ca.pem');
  await writeFile(path, text);
  return path;
}

test("the remote's own CA goes into the remote secret", async () => {
  const { register, writtenCA } = await mesh(await apiServer(OWN_CA));
  const result = await register();
  expect(result.findings).toBeUndefined();
  expect(result.summary).toMatch(/, tried; /);
  expect(writtenCA()).toBe(OWN_CA.certificate.trim());
});

test('the CA of the inventory takes its place, and nothing else of its file', async () => {
  const { key } = FRONT_CA.issue('somebody');
  const file = await fileOf(`# the load balancer\n${FRONT_CA.certificate}\n${key}`);
  const { register, writtenCA } = await mesh(await apiServer(FRONT_CA), file);
  expect((await register()).findings).toBeUndefined();
  expect(writtenCA()).toBe(FRONT_CA.certificate.trim());
});

test('a CA of the inventory that cannot be used parks the cluster', async () => {
  const { register, writtenCA } = await mesh(await apiServer(FRONT_CA), await fileOf('no certificate'));
  const failure = await failureOf(register());
  expect(failure).toMatchObject({ type: 'cluster-not-usable', nonRetryable: true });
  expect(failure.message).toContain('holds no certificate in PEM');
  expect(writtenCA()).toBeUndefined();
});

test.each([
  ['a certificate that the CA has not signed', FRONT_CA, 200],
  ['the answer of another cluster', OWN_CA, 401],
  ['the answer of a proxy', OWN_CA, 302],
])('%s is refused, and written unverified when the user takes that on', async (_, authority, status) => {
  const { register, writtenCA } = await mesh(await apiServer(authority, status));
  const failure = await failureOf(register());
  expect(failure).toMatchObject({ type: 'remote-secret-refused', nonRetryable: true });
  expect(JSON.stringify(failure.details)).toContain('accept api-server-unverified');
  expect(writtenCA()).toBeUndefined();

  const result = await register('api-server-unverified');
  expect(writtenCA()).toBe(OWN_CA.certificate.trim());
  expect(result.summary).toContain('not verified from here');
  expect(result.findings).toMatchObject([
    { code: 'api-server-unverified', severity: 'warn', cluster: 'eu-1' },
  ]);
  expect(result.findings?.[0]?.what).toContain('was written though the worker could not verify it');
  expect(JSON.stringify(result)).not.toContain(TOKEN);
});

test('a server that the worker does not reach is a finding, accepted or not', async () => {
  const { register, writtenCA } = await mesh('https://127.0.0.1:1');
  const result = await register();
  expect(result.findings).toMatchObject([{ code: 'api-server-unverified', severity: 'info' }]);
  expect(writtenCA()).toBe(OWN_CA.certificate.trim());
});
