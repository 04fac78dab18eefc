import { expect, test } from 'vitest';
import { createActivities } from '../../../activities/index.js';
import { dependenciesOn, failureOf, run } from '../../activities/support.js';
import { refuse, startStubApiServer, writeKubeconfig } from '../../kubernetes/support/stub-api-server.js';
import { remoteInput } from '../support/inputs.js';

const SECRETS = '/api/v1/namespaces/istio-system/secrets';
const TOKEN_SECRET = `${SECRETS}/istio-reader-service-account-istio-remote-secret-token`;
const REMOTE_SECRET = `${SECRETS}/istio-remote-secret-eu-1`;
const base64 = (text: string) => Buffer.from(text).toString('base64');

/**
 * One server in the place of both API servers.
 *
 * @param apiServer of the remote in the inventory
 * @param token of the reader; undefined while the remote has issued none
 */
async function meshOf({ apiServer, token }: { apiServer?: string; token: string | undefined }) {
  const server = await startStubApiServer(({ method, path }, response) => {
    if (method === 'PATCH') return { metadata: { name: 'written' } };
    if (path.startsWith(`${SECRETS}?`)) return { items: [] };
    if (path.startsWith(TOKEN_SECRET)) {
      const metadata = {
        annotations: { 'kubernetes.io/service-account.name': 'istio-reader-service-account' },
      };
      const data = token === undefined ? {} : { token: base64(token), 'ca.crt': base64('the CA') };
      return { metadata, type: 'kubernetes.io/service-account-token', data };
    }
    return refuse(response, 404, { reason: 'NotFound' });
  });
  const kubeconfig = await writeKubeconfig(server.url, { token: 't' });
  const dependencies = await dependenciesOn([
    { name: 'hub', kubeconfig },
    { name: 'eu-1', kubeconfig, apiServer: apiServer ?? server.url.replace('http:', 'https:') },
  ]);
  const written = () =>
    server.requests.flatMap(({ method, path }) => (method === 'PATCH' ? [path.split('?')[0]] : []));
  return { dependencies, written };
}

test('a remote secret that cannot work is not written', async () => {
  // What answers at the address speaks no TLS.
  const { dependencies, written } = await meshOf({ token: 'a.b.c' });
  const failure = await failureOf(run(createActivities(dependencies).registerRemote, remoteInput()));
  expect(failure).toMatchObject({ type: 'remote-secret-refused', nonRetryable: true });
  expect(failure.message).toContain('eu-1: https://127.0.0.1:');
  expect(failure.message).not.toContain('a.b.c');
  expect(written()).toEqual([]);
});

test('a remote secret that the worker cannot try is written, and that it was not tried is a finding', async () => {
  const { dependencies, written } = await meshOf({ apiServer: 'https://127.0.0.1:1', token: 'a.b.c' });
  const result = await run(createActivities(dependencies).registerRemote, remoteInput());
  expect(result.findings).toMatchObject([
    {
      code: 'api-server-unverified',
      severity: 'info',
      cluster: 'eu-1',
      what: expect.stringContaining('the worker does not reach https://127.0.0.1:1 (ECONNREFUSED)'),
    },
  ]);
  expect(JSON.stringify(result)).not.toContain('a.b.c');
  expect(written()).toEqual([REMOTE_SECRET]);
});

test('without a token there is no remote secret', async () => {
  const { dependencies, written } = await meshOf({ token: undefined });
  const failure = await failureOf(
    run(createActivities(dependencies).registerRemote, remoteInput(), { startToCloseTimeoutMs: 4_000 }),
  );
  expect(failure).toMatchObject({ type: 'token-not-issued', nonRetryable: false });
  expect(written()).toEqual([]);
});
