import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { loadKubeconfig } from '../../../src/kubernetes/connection/load-kubeconfig.js';
import { RolloutError } from '../../../src/rollout/rollout-error.js';
import { writeKubeconfig } from '../support/stub-api-server.js';

const URL = 'https://10.0.0.1:6443';

function failure(run: () => unknown): RolloutError {
  try {
    run();
  } catch (error) {
    if (error instanceof RolloutError) return error;
  }
  throw new Error('no RolloutError');
}

test('the context of the inventory is used, else the current one', async () => {
  const path = await writeKubeconfig(URL, { token: 't' });
  expect(loadKubeconfig({ name: 'eu-1', path }).getCurrentCluster()?.server).toBe(URL);
  expect(loadKubeconfig({ name: 'eu-1', path, context: 'stub' }).getCurrentContext()).toBe('stub');
});

test('an unknown context is told with the contexts that there are', async () => {
  const path = await writeKubeconfig(URL, { token: 't' });
  const error = failure(() => loadKubeconfig({ name: 'eu-1', path, context: 'prod' }));
  expect(error).toMatchObject({ code: 'cluster-not-usable', cluster: 'eu-1', transient: false });
  expect(error.message).toContain('it has no context prod; it has stub');
});

test.each([
  ['a file that does not exist', undefined, 'no such file'],
  ['a file that is not YAML', '{ clusters: [', 'cannot be used'],
  ['an empty file', '', 'cannot be used'],
  ['a file that is something else', 'just text', 'no current-context'],
  [
    'a context without its cluster',
    'current-context: a\ncontexts: [{name: a, context: {cluster: b, user: c}}]',
    'names a cluster that the file does not contain',
  ],
  [
    'a context without its user',
    `current-context: a\nclusters: [{name: b, cluster: {server: "${URL}"}}]\ncontexts: [{name: a, context: {cluster: b, user: c}}]`,
    'names a user that the file does not contain',
  ],
  ['a cluster without server', 'current-context: a\nclusters: [{name: b, cluster: {}}]', 'server is missing'],
])('%s is cluster-not-usable', async (_, content, words) => {
  const path = `${await writeKubeconfig(URL, {})}-other`;
  if (content !== undefined) await writeFile(path, content);
  const error = failure(() => loadKubeconfig({ name: 'eu-1', path }));
  expect(error.code).toBe('cluster-not-usable');
  expect(error.message).toContain(words);
});

test('what is wrong with the YAML is told without a line of the file', async () => {
  const path = await writeKubeconfig(URL, {});
  await writeFile(path, 'users:\n  - name: a\n    user:\n      token: opaque-token\n     bad: [');
  expect(failure(() => loadKubeconfig({ name: 'eu-1', path })).message).not.toContain('opaque');
});

test.each(['10.0.0.1:6443', 'ftp://10.0.0.1', 'https://[', 'https://a b'])(
  'a server %j, which is no URL that a request can go to, is cluster-not-usable',
  async (server) => {
    const path = await writeKubeconfig(server, { token: 't' });
    const error = failure(() => loadKubeconfig({ name: 'eu-1', path }));
    expect(error.code).toBe('cluster-not-usable');
    expect(error.message).toContain('is not an http or https URL');
  },
);

test.each(['proxy:3128', 'ftp://proxy', 'http://', 'http://anna:%zz@proxy:3128'])(
  'a proxy-url %j that no agent can use is cluster-not-usable, and is not shown',
  async (proxyUrl) => {
    const path = await writeKubeconfig(URL, { token: 't' }, { 'proxy-url': proxyUrl });
    const error = failure(() => loadKubeconfig({ name: 'eu-1', path }));
    expect(error.code).toBe('cluster-not-usable');
    expect(error.message).toContain('the proxy, which is proxy-url of the kubeconfig or HTTPS_PROXY');
    expect(error.message).not.toContain('anna');
  },
);

test.each([
  'http://proxy:3128',
  'https://anna:a%40b@proxy',
  'socks5://proxy:1080',
  'socks5h://proxy',
  'socks://proxy',
])('a proxy-url %s is one', async (proxyUrl) => {
  const path = await writeKubeconfig(URL, { token: 't' }, { 'proxy-url': proxyUrl });
  expect(loadKubeconfig({ name: 'eu-1', path }).getCurrentCluster()?.proxyUrl).toBe(proxyUrl);
});
