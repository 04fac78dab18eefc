import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { ClusterClient } from '../../../src/kubernetes/client/cluster-client.js';
import type { Connection } from '../../../src/kubernetes/connection/connection.js';
import { createAuthority } from '../../support/certificates.js';
import { writeKubeconfig } from '../support/stub-api-server.js';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const ISSUE = `printf '{"status":{"token":"token-of-plugin"}}'`;
const plugin = {
  exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'sh', args: ['-c', ISSUE] },
};

async function connectionOf(user: object, cluster: object = {}): Promise<Connection> {
  const path = await writeKubeconfig('https://10.0.0.1:6443', user, cluster);
  const client = new ClusterClient({ name: 'eu-1', path });
  onTestFinished(() => client.close());
  return client.connection();
}

describe('the connection of a cluster', () => {
  test.each([
    ['a token', { token: 'token-1' }, { token: 'token-1' }],
    ['the token of a plugin', plugin, { token: 'token-of-plugin' }],
    [
      'a user with a password that has colons',
      { username: 'me', password: 'a:b' },
      { basic: { username: 'me', password: 'a:b' } },
    ],
  ])('has %s', async (_, user, expected) => {
    expect(await connectionOf(user)).toEqual({
      server: 'https://10.0.0.1:6443',
      skipTLSVerify: true,
      ...expected,
    });
  });

  test('has the CA, the client certificate, the name of the server and the proxy', async () => {
    const authority = createAuthority('ca');
    const client = authority.issue('me');
    const user = {
      'client-certificate-data': base64(client.certificate),
      'client-key-data': base64(client.key),
    };
    const cluster = {
      'insecure-skip-tls-verify': false,
      'certificate-authority-data': base64(authority.certificate),
      'tls-server-name': 'kubernetes.default',
      'proxy-url': 'http://10.0.0.9:3128',
    };
    expect(await connectionOf(user, cluster)).toEqual({
      server: 'https://10.0.0.1:6443',
      certificateAuthority: authority.certificate,
      skipTLSVerify: false,
      tlsServerName: 'kubernetes.default',
      proxyUrl: 'http://10.0.0.9:3128',
      client,
    });
  });

  test('has the proxy of the environment', async () => {
    vi.stubEnv('HTTPS_PROXY', 'http://10.0.0.8:3128');
    onTestFinished(() => void vi.unstubAllEnvs());
    expect((await connectionOf({ token: 'token-1' })).proxyUrl).toBe('http://10.0.0.8:3128');
  });

  test('fails where the kubeconfig has no credentials', async () => {
    const failing = { exec: { ...plugin.exec, command: '/no/such/plugin' } };
    await expect(connectionOf(failing)).rejects.toMatchObject({ code: 'cluster-not-usable' });
  });
});
