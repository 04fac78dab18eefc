import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Product, prepareProduct } from '../../lab/product.js';
import { ensureTools } from '../../lab/tools/tools.js';
import { openClient } from '../../src/temporal/connection/connection.js';
import { createAuthority } from '../support/certificates.js';
import { freshKeyText, rawHistory } from '../support/workflows/codec.js';
import { type DevServer, startDevServer } from '../temporal/support/dev-server.js';
import { startTemporalFront, type TemporalFront } from '../temporal/support/temporal-front.js';

/** Stands in the document and in what is said about it. */
const SECRET = 'swordfish';

/** Nothing is done to clusters here: the inventory of the documents that are refused. */
const inventoryPath = fileURLToPath(new URL('../fixtures/inventory.json', import.meta.url));

/**
 * Worker, API server and the Temporal CLI with one profile: TLS, client certificate, API key, and a codec. The front is
 * a stand-in for the TLS of the server; Temporal behind it is real.
 */
describe('a Temporal that is guarded, with a codec', () => {
  const apiKey = `key-${randomBytes(16).toString('hex')}`;
  const codecKey = freshKeyText('2026-11');
  const mesh = 'guarded';
  let folder: string;
  let server: DevServer;
  let front: TemporalFront;
  let product: Product;
  let profile: Record<string, string>;

  beforeAll(async () => {
    const tools = await ensureTools({ names: ['temporal', 'istioctl'] });
    server = await startDevServer();
    folder = await mkdtemp(join(tmpdir(), 'guarded-'));
    const authority = createAuthority('CA of the test');
    front = await startTemporalFront(server.address, {
      server: authority.issue('server', { names: ['localhost'] }),
      clientCA: authority.certificate,
      apiKey,
    });
    const client = authority.issue('client');
    const file = async (name: string, text: string) => {
      await writeFile(join(folder, name), text, { mode: 0o600 });
      return join(folder, name);
    };
    profile = {
      TEMPORAL_CONFIG_FILE: await file(
        'temporal.toml',
        `[profile.mesh]
address = "${front.address}"
namespace = "default"
api_key = "${apiKey}"
[profile.mesh.tls]
server_ca_cert_path = "${await file('ca.pem', authority.certificate)}"
client_cert_path = "${await file('client.pem', client.certificate)}"
client_key_path = "${await file('client.key', client.key)}"
`,
      ),
      TEMPORAL_PROFILE: 'mesh',
      // Empty is not set: what the lab's product would have here must not win over the profile.
      TEMPORAL_ADDRESS: '',
    };
    const lab = { inventoryPath, temporal: server, proxyUrl: '' };
    product = await prepareProduct(lab, tools, {
      ...profile,
      MESH_ROLLOUT_CODEC_KEYS_FILE: await file('keys', codecKey),
    });
    await product.startWorker();
    await product.startServer();
  });
  afterAll(async () => {
    await product?.stop();
    await front?.close();
    await server?.stop();
    await rm(folder, { recursive: true });
  });

  /** The Temporal CLI with the same profile. */
  async function guarded(...args: string[]) {
    const { TEMPORAL_ADDRESS: _empty, ...env } = profile;
    const tools = await ensureTools({});
    return await execa(tools.temporal, args, { env, reject: false });
  }

  test('a bad document fails as ever, and only who has the key can read why', async () => {
    const document = join(folder, 'document.json');
    await writeFile(document, JSON.stringify({ mesh, release: SECRET, remotes: [{ cluster: SECRET }] }));
    const codec = ['--codec-endpoint', `${product.api}/codec`];
    const workflow = ['--workflow-id', `mesh/${mesh}`];
    const ran = await guarded(
      ...['workflow', 'execute', '--type', 'rollout', '--task-queue', 'mesh-rollout', ...workflow],
      ...['--input-file', document, '-o', 'json', ...codec],
    );
    expect(ran.exitCode).not.toBe(0);

    const answer = await fetch(`${product.api}/v1/rollouts/${mesh}`);
    const rollout = (await answer.json()) as {
      attention: { code: string; message: string };
      problems: object[];
    };
    expect(rollout.attention.code).toBe('document-invalid');
    expect(rollout.attention.message).toContain(SECRET);
    expect(JSON.stringify(rollout.problems)).toContain(SECRET);

    const shown = await guarded('workflow', 'show', ...workflow, '-o', 'json');
    expect(shown.exitCode, shown.stderr).toBe(0);
    expect(textOf(shown.stdout).includes(SECRET)).toBe(false);
    const decoded = await guarded('workflow', 'show', ...workflow, '-o', 'json', ...codec);
    expect(decoded.exitCode, decoded.stderr).toBe(0);
    expect(decoded.stdout).toContain('document-invalid');
    // The document, and why it was refused.
    expect(textOf(decoded.stdout)).toContain(`"release":"${SECRET}"`);
    expect(textOf(decoded.stdout)).toContain(`"message":"release: \\"${SECRET}\\" is not the minor`);

    const access = openClient({ address: server.address, namespace: 'default' });
    const raw = await rawHistory(access.client, `mesh/${mesh}`);
    await access.close();
    const found = [SECRET, 'binary/encrypted', '2026-11'].filter((text) => raw.includes(text));
    expect(found).toEqual(['binary/encrypted', '2026-11']);
  });

  test('the key of the API comes with every call; no key stands in a log', async () => {
    expect([...front.authorizations]).toEqual([`Bearer ${apiKey}`]);
    const logs = (await readFile(product.workerLog, 'utf8')) + (await readFile(product.serverLog, 'utf8'));
    expect(logs).toContain('"tls":"mutual","apiKey":"set","codecKeys":["2026-11"]');
    for (const secret of [apiKey, codecKey.slice('2026-11:'.length), 'PRIVATE KEY']) {
      expect(logs.includes(secret)).toBe(false);
    }
  });

  test.concurrent.each<[string, 'worker' | 'serve', () => Record<string, string>, string]>([
    ['API key', 'worker', () => ({ TEMPORAL_API_KEY: 'wrong-key' }), 'refuses these credentials'],
    ['API key', 'serve', () => ({ TEMPORAL_API_KEY: 'wrong-key' }), 'refuses these credentials'],
    ['namespace', 'serve', () => ({ TEMPORAL_NAMESPACE: 'nowhere' }), 'has no namespace nowhere'],
    ['profile', 'worker', () => ({ TEMPORAL_PROFILE: 'other' }), 'TEMPORAL_PROFILE is "other"'],
    [
      'certificate',
      'worker',
      () => ({ TEMPORAL_TLS_SERVER_CA_CERT_PATH: profile.TEMPORAL_CONFIG_FILE ?? '' }),
      'TEMPORAL_TLS_SERVER_CA_CERT_PATH holds no certificate',
    ],
  ])('a wrong %s ends %s with 1 and what to do', async (_what, verb, wrong, text) => {
    const [program, ...first] = product.cli;
    const env = {
      ...profile,
      MESH_ROLLOUT_INVENTORY: inventoryPath,
      MESH_ROLLOUT_PORT: '0',
      MESH_ROLLOUT_WORKER_HEALTH_PORT: '0',
      ...wrong(),
    };
    const { exitCode, stdout, stderr } = await execa(program, [...first, verb], { env, reject: false });
    expect(exitCode).toBe(1);
    expect(stderr.replace(/\s+/g, ' ')).toContain(text);
    expect(stdout + stderr).not.toMatch(/wrong-key|PRIVATE KEY/);
  });
});

/** What the CLI printed, with what it prints as base64 as text beside it; without the spaces of JSON. */
function textOf(output: string): string {
  const decoded = [...output.matchAll(/"([A-Za-z0-9+/]{4,}={0,2})"/g)].map(([, text = '']) =>
    Buffer.from(text, 'base64').toString('utf8'),
  );
  return [output.replace(/\s+/g, ''), ...decoded].join('\n');
}
