import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import {
  readContexts,
  readContextsAsKubectl,
} from '../../../src/kubernetes/connection/kubeconfig-contexts.js';
import { temporaryFolder } from '../support/temporary-folder.js';

interface Content {
  readonly contexts?: Record<string, { cluster?: string; user?: string }>;
  readonly clusters?: Record<string, object>;
  readonly users?: Record<string, object>;
}

async function kubeconfig(content: Content | string, name = 'config'): Promise<string> {
  const path = join(await temporaryFolder(), name);
  const list = (key: string, map: Record<string, object> = {}) =>
    Object.entries(map).map(([name, value]) => ({ name, [key]: value }));
  const text =
    typeof content === 'string'
      ? content
      : stringify({
          apiVersion: 'v1',
          kind: 'Config',
          contexts: list('context', content.contexts),
          clusters: list('cluster', content.clusters),
          users: list('user', content.users),
        });
  await writeFile(path, text);
  return path;
}

const one = (server: string, name = 'admin'): Content => ({
  contexts: { [name]: { cluster: 'c', user: 'u' } },
  clusters: { c: { server } },
  users: { u: { token: `token-of-${server}` } },
});

test('files that are named are taken each by itself, with the same names in all', async () => {
  const files = await Promise.all([kubeconfig(one('https://10.0.0.1')), kubeconfig(one('https://10.0.0.2'))]);
  expect(await readContexts([...files, files[0] as string])).toEqual([
    { name: 'admin', file: files[0], server: 'https://10.0.0.1' },
    { name: 'admin', file: files[1], server: 'https://10.0.0.2' },
  ]);
});

test('of KUBECONFIG the first context of a name counts, and files that are missing count as empty', async () => {
  const [first, second] = await Promise.all([
    kubeconfig(one('https://10.0.0.1')),
    kubeconfig({
      ...one('https://10.0.0.1'),
      contexts: { admin: { cluster: 'c', user: 'u' }, other: { cluster: 'd', user: 'v' } },
      clusters: {
        c: { server: 'https://10.0.0.9' },
        d: { server: 'https://10.0.0.2', 'proxy-url': 'http://p:1', 'tls-server-name': 'api' },
      },
      users: { v: { token: 't' } },
    }),
  ]);
  const KUBECONFIG = ['/no/such/file', first, second].join(delimiter);
  expect(await readContextsAsKubectl({ KUBECONFIG })).toEqual([
    { name: 'admin', file: first, server: 'https://10.0.0.1' },
    { name: 'other', file: second, server: 'https://10.0.0.2', proxyUrl: 'http://p:1', tlsServerName: 'api' },
  ]);
});

test('without KUBECONFIG it is the file of the home', async () => {
  const HOME = await temporaryFolder();
  await expect(readContextsAsKubectl({ HOME })).rejects.toThrow(
    `there is no kubeconfig: ${HOME}/.kube/config`,
  );
  await mkdir(join(HOME, '.kube'));
  await writeFile(join(HOME, '.kube', 'config'), 'contexts: []\n');
  expect(await readContextsAsKubectl({ HOME })).toEqual([]);
});

test('a context whose cluster or user kubectl takes from another file cannot be in an inventory', async () => {
  const clusters = await kubeconfig({ clusters: { c: { server: 'https://10.0.0.1' } } }, 'clusters');
  const contexts = await kubeconfig(
    { contexts: { a: { cluster: 'c', user: 'u' } }, users: { u: { token: 't' } } },
    'contexts',
  );
  const KUBECONFIG = [clusters, contexts].join(delimiter);
  const [context] = await readContextsAsKubectl({ KUBECONFIG });
  expect(context?.unusable).toMatch(`its cluster "c" is in ${clusters}`);
  // By that name kubectl takes the first file's cluster, a worker would take the own one's: another cluster.
  const shadowed = await kubeconfig(one('https://10.0.0.2'), 'shadowed');
  const [other] = await readContextsAsKubectl({ KUBECONFIG: [clusters, shadowed].join(delimiter) });
  expect(other?.unusable).toMatch(`kubectl takes its cluster "c" from ${clusters}`);
  expect((await readContexts([shadowed]))[0]?.unusable).toBeUndefined();
});

test.each([
  [{ contexts: { a: { user: 'u' } } }, 'it names no cluster'],
  [{ contexts: { a: { cluster: 'c', user: 'u' } } }, 'its cluster "c" is in no file'],
  [
    { contexts: { a: { cluster: 'c', user: 'u' } }, clusters: { c: { server: 'https://h' } } },
    'its user "u" is in no file',
  ],
  [
    { contexts: { a: { cluster: 'c', user: 'u' } }, clusters: { c: {} }, users: { u: {} } },
    'its cluster names no server',
  ],
] as const)('a context that is not whole says what is missing: %#', async (content, unusable) => {
  expect(await readContexts([await kubeconfig(content)])).toMatchObject([{ name: 'a', unusable }]);
});

test('a file that is no kubeconfig is refused without a word of what is in it', async () => {
  const secret = 'eyJhbGciOiJSUzI1NiJ9';
  for (const [text, message] of [
    [`users:\n  - token: "${secret}`, /line \d is not YAML/],
    [`users: [\n${secret}: : :`, /line \d is not YAML/],
    [secret, /it is not a kubeconfig/],
  ] as const) {
    const failure = readContexts([await kubeconfig(text)]);
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.not.toThrow(secret);
  }
  await expect(readContexts(['/no/such/file'])).rejects.toThrow(
    'the kubeconfig /no/such/file cannot be read: ENOENT',
  );
});
