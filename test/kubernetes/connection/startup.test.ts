import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { ClusterClient } from '../../../src/kubernetes/client/cluster-client.js';
import { failureOf } from '../support/failure-of.js';
import { clientOf, refuse, startStubApiServer, writeKubeconfig } from '../support/stub-api-server.js';

describe('an API server that refuses by RBAC', () => {
  const denial = (path: string) => ({
    reason: 'Forbidden',
    message: `forbidden: User "system:serviceaccount:mesh-rollout:mesh-rollout" cannot get path "${path}"`,
  });

  test('while it starts is asked again when it is ready', async () => {
    const answers = ['denied', 'denied', 'denied', 'not ready', 'ready'];
    const server = await startStubApiServer(({ path }, response) => {
      const state = answers.shift();
      if (state === 'denied') return refuse(response, 403, denial(path));
      if (state === 'not ready') return refuse(response, 500, { message: '[-]informer-sync failed' });
      return { gitVersion: 'v1.34.4' };
    });
    expect(await (await clientOf(server.url)).request('GET', '/version')).toEqual({ gitVersion: 'v1.34.4' });
    const paths = server.requests.map(({ path }) => path);
    expect(paths).toEqual(['/version', '/readyz', '/readyz', '/readyz', '/readyz', '/version']);
  });

  test('and is ready means it', async () => {
    const server = await startStubApiServer(({ path }, response) =>
      path === '/readyz' ? {} : refuse(response, 403, denial(path)),
    );
    const error = await failureOf((await clientOf(server.url)).request('GET', '/metrics'));
    expect(error).toMatchObject({ code: 'permission-denied', transient: false });
    expect(server.requests.map(({ path }) => path)).toEqual(['/metrics', '/readyz', '/metrics']);
  });

  test('and has no /readyz, as behind a proxy, is believed at once', async () => {
    const server = await startStubApiServer(({ path }, response) =>
      path === '/readyz' ? refuse(response, 404) : refuse(response, 403, denial(path)),
    );
    const error = await failureOf((await clientOf(server.url)).request('GET', '/metrics'));
    expect(error.code).toBe('permission-denied');
    expect(server.requests).toHaveLength(2);
  });

  test('and never becomes ready is not to be had now', async () => {
    const server = await startStubApiServer(({ path }, response) =>
      path === '/readyz'
        ? refuse(response, 500, { message: '[-]etcd failed' })
        : refuse(response, 403, denial(path)),
    );
    const error = await failureOf((await clientOf(server.url)).request('GET', '/version'));
    expect(error).toMatchObject({ code: 'api-unavailable', transient: true });
    expect(error.message).toContain('GET /readyz: [-]etcd failed');
  });

  test('after the credentials were renewed is asked with the new ones', async () => {
    const answers = ['denied', 'ready', 'answered'];
    const server = await startStubApiServer(({ path, headers }, response) => {
      if (headers.authorization !== 'Bearer new-token') return refuse(response, 401);
      return answers.shift() === 'denied' ? refuse(response, 403, denial(path)) : { gitVersion: 'v1.34.4' };
    });
    const path = await writeKubeconfig(server.url, { token: 'old-token' });
    const client = new ClusterClient({ name: 'eu-1', path });
    await writeFile(path, (await readFile(path, 'utf8')).replace('old-token', 'new-token'));
    expect(await client.request('GET', '/version')).toEqual({ gitVersion: 'v1.34.4' });
  });
});
