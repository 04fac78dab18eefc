import { createHash } from 'node:crypto';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { reservePort } from '../../lab/network/ports.js';
import { isNotConnected } from '../../lab/tolerate.js';
import { checkoutFolder } from '../../lab/tools/recipes-folder.js';
import { temporaryFolder } from '../kubernetes/support/temporary-folder.js';
import { until } from '../support/wait.js';

const tokenOf = (name: string, scope: string) => ({
  name,
  sha256: createHash('sha256').update(`token-of-${name}`).digest('hex'),
  scope,
});
const document = (remote: string) => ({
  mesh: 'shop',
  release: '1.31',
  primary: { cluster: 'hub' },
  remotes: [{ cluster: remote }],
  namespaces: [{ name: 'default', injection: 'enabled' }],
});

/** The API server of `dist/`, with names of clusters and tokens and nothing else; no Temporal answers it. */
async function serve(settings: Record<string, string> = {}) {
  const folder = await temporaryFolder();
  const tokensFile = join(folder, 'tokens.json');
  const names = join(folder, 'names.yaml');
  const writeTokens = async (text: string) => {
    await writeFile(`${tokensFile}.new`, text);
    await rename(`${tokensFile}.new`, tokensFile);
  };
  await writeFile(names, 'clusters: [{ name: hub }, { name: eu-1, labels: { tier: prod } }]');
  await writeTokens(JSON.stringify([tokenOf('ada', 'operate')]));
  const port = await reservePort();
  const program = join(await checkoutFolder(), 'dist', 'src', 'cli.js');
  const server = execa(process.execPath, [program, 'serve'], {
    env: {
      TEMPORAL_ADDRESS: '127.0.0.1:1',
      MESH_ROLLOUT_INVENTORY: names,
      MESH_ROLLOUT_TOKENS_FILE: tokensFile,
      MESH_ROLLOUT_PORT: String(port),
      ...settings,
    },
    reject: false,
    all: true,
    forceKillAfterDelay: 5_000,
  });
  let log = '';
  server.all.on('data', (chunk) => {
    log += String(chunk);
  });
  onTestFinished(async () => {
    server.kill('SIGTERM');
    await server;
  });
  const url = `http://127.0.0.1:${port}`;
  await until('the API to serve', async () => (await fetch(`${url}/healthz`)).ok, {
    tolerate: isNotConnected,
  });
  const start = async (remote: string) => {
    const answer = await fetch(`${url}/v1/rollouts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer token-of-ada' },
      body: JSON.stringify(document(remote)),
    });
    return { status: answer.status, problem: (await answer.json()) as { code: string; problems?: unknown } };
  };
  return { start, writeTokens, log: () => log };
}

test('an API without kubeconfigs judges documents by the names of the clusters', async () => {
  const { start } = await serve();
  expect(await start('eu-9')).toMatchObject({
    status: 400,
    problem: { code: 'document-invalid', problems: [{ path: 'remotes[0].cluster' }] },
  });
  // A good one goes to Temporal, which is not there.
  expect(await start('eu-1')).toMatchObject({ status: 503, problem: { code: 'temporal-unavailable' } });
});

test('tokens are revoked and get other scopes without a restart; a file that is no good changes nothing', async () => {
  const { start, writeTokens, log } = await serve();
  expect((await start('eu-9')).status).toBe(400);
  await writeTokens(JSON.stringify([tokenOf('ada', 'read')]));
  expect(await start('eu-9')).toMatchObject({ status: 403, problem: { code: 'scope-missing' } });
  await writeTokens('- name: ada, and then');
  expect((await start('eu-9')).status).toBe(403);
  await until('it is told', () => log().includes('the tokens file cannot be used'));
  await writeTokens(JSON.stringify([tokenOf('bob', 'operate')]));
  expect(await start('eu-9')).toMatchObject({ status: 401, problem: { code: 'unauthorized' } });
  expect(log()).not.toMatch(/token-of-/);
});

test('an API that others can reach warns that it has no TLS, unless somebody answers for it', async () => {
  const exposed = await serve({ MESH_ROLLOUT_HOST: '0.0.0.0' });
  await until('it warns', () => exposed.log().includes('listens on 0.0.0.0 without TLS'));
  const behind = await serve({ MESH_ROLLOUT_HOST: '0.0.0.0', MESH_ROLLOUT_BEHIND_TLS: 'on' });
  await until('it serves', () => behind.log().includes('API serves'));
  expect(behind.log()).not.toContain('without TLS');
});
