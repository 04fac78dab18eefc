import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { ClusterClient } from '../../../src/kubernetes/client/cluster-client.js';
import { createAuthority } from '../../support/certificates.js';
import { failureOf } from '../support/failure-of.js';
import { clientOf, writeKubeconfig } from '../support/stub-api-server.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const SERVER = 'https://192.0.2.1:6443';
const base64 = (text: string) => Buffer.from(text).toString('base64');

/** The user of the kubeconfig that a client of such a user hands on. */
async function userOf(user: object): Promise<unknown> {
  const { kubeconfig } = await (await clientOf(SERVER, user)).portableAccess();
  return JSON.parse(kubeconfig).users[0].user;
}

it('hands on the server, its CA and a token, in a context of its own', async () => {
  const { certificate } = createAuthority('test');
  const path = await writeKubeconfig(
    SERVER,
    { token: 'a-token' },
    { 'insecure-skip-tls-verify': false, 'certificate-authority-data': base64(certificate) },
  );
  const client = new ClusterClient({ name: 'eu-1', path });
  const { kubeconfig, env } = await client.portableAccess();
  expect(JSON.parse(kubeconfig)).toEqual({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'eu-1',
    clusters: [
      {
        name: 'eu-1',
        cluster: { server: SERVER, 'certificate-authority-data': base64(certificate) },
      },
    ],
    users: [{ name: 'eu-1', user: { token: 'a-token' } }],
    contexts: [{ name: 'eu-1', context: { cluster: 'eu-1', user: 'eu-1' } }],
  });
  expect(env).toEqual({});
});

it('hands on a client certificate and its key', async () => {
  const { certificate, key } = createAuthority('test').issue('anna');
  const user = { 'client-certificate-data': base64(certificate), 'client-key-data': base64(key) };
  expect(await userOf(user)).toEqual(user);
});

it('hands on a user and a password', async () => {
  const user = { username: 'anna', password: 'a:b' };
  expect(await userOf(user)).toEqual(user);
});

it('hands on what a plugin and a token file give, and not how they are asked', async () => {
  const folder = await temporaryFolder();
  const tokenFile = join(folder, 'token');
  await writeFile(tokenFile, 'from-a-file\n');
  expect(await userOf({ tokenFile })).toEqual({ token: 'from-a-file' });
  const command = join(folder, 'plugin');
  await writeFile(command, `#!/bin/sh\necho '{"status": {"token": "from-a-plugin"}}'\n`);
  await chmod(command, 0o755);
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command };
  expect(await userOf({ exec })).toEqual({ token: 'from-a-plugin' });
});

it("names the worker's proxy", async () => {
  vi.stubEnv('HTTPS_PROXY', 'http://proxy.example.com:3128');
  onTestFinished(() => void vi.unstubAllEnvs());
  const client = await clientOf(SERVER);
  expect((await client.portableAccess()).env).toEqual({ HTTPS_PROXY: 'http://proxy.example.com:3128' });
});

it('refuses a kubeconfig with a name for TLS', async () => {
  const path = await writeKubeconfig(SERVER, { token: 'x' }, { 'tls-server-name': 'api.example.com' });
  const client = new ClusterClient({ name: 'eu-1', path });
  expect(await failureOf(client.portableAccess())).toMatchObject({
    code: 'cluster-not-usable',
    cluster: 'eu-1',
  });
});

it('fails with the words of a plugin that fails', async () => {
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: '/no/such/plugin' };
  const client = await clientOf(SERVER, { exec });
  expect((await failureOf(client.portableAccess())).message).toContain('/no/such/plugin');
});
