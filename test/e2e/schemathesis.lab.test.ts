import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Product, prepareProduct } from '../../lab/product.js';
import { ensureTools } from '../../lab/tools/tools.js';
import { freshName, useLab } from '../support/lab.js';
import { temporal } from '../support/run.js';
import { findSchemathesis } from '../support/schemathesis.js';
import { startWorkerInNewNamespace } from './proofs/new-namespace.js';

const TOKEN = 'token-of-the-test';
/** The clusters of the examples in OpenAPI; nothing listens where their kubeconfigs point to. */
const CLUSTERS = [
  { name: 'hub', labels: { tier: 'prod' } },
  { name: 'eu-1', labels: { tier: 'canary' } },
  { name: 'eu-2', labels: { tier: 'prod' } },
];
/**
 * Checks that this API fails on purpose. A document that the schema allows may still name a cluster that is not there
 * (400) or come with a key of another one (422); a rollout that was started a moment ago has not every cluster that a
 * decision may name (404). Unknown methods get 405 as far as Node's HTTP parser knows them; test/api shows that.
 */
const EXCLUDED = ['positive_data_acceptance', 'ensure_resource_availability', 'unsupported_method'];

let product: Product;
let folder: string;

beforeAll(async () => {
  const [lab, tools] = [await useLab(), await ensureTools({})];
  const namespace = freshName('schemathesis');
  folder = await mkdtemp(join(tmpdir(), 'schemathesis-'));
  const created = await temporal('operator', 'namespace', 'create', '--namespace', namespace);
  expect(created.exitCode, created.stderr).toBe(0);
  const kubeconfig = join(folder, 'kubeconfig.yaml');
  const inventoryPath = join(folder, 'inventory.json');
  const tokensFile = join(folder, 'tokens.json');
  const sha256 = createHash('sha256').update(TOKEN).digest('hex');
  await Promise.all([
    writeFile(kubeconfig, KUBECONFIG),
    writeFile(inventoryPath, JSON.stringify({ clusters: CLUSTERS.map((each) => ({ ...each, kubeconfig })) })),
    writeFile(tokensFile, JSON.stringify([{ name: 'tester', sha256, scope: 'operate' }])),
  ]);
  product = await prepareProduct({ inventoryPath, temporal: lab.temporal, proxyUrl: lab.proxyUrl }, tools, {
    TEMPORAL_NAMESPACE: namespace,
    MESH_ROLLOUT_TOKENS_FILE: tokensFile,
  });
  await startWorkerInNewNamespace(product);
  await product.startServer();
});
afterAll(async () => {
  await product?.stop();
  await rm(folder, { recursive: true });
});

test('Schemathesis finds no 5xx and no answer outside the schema', async (context) => {
  const schemathesis = await findSchemathesis();
  if ('missing' in schemathesis) return context.skip(schemathesis.missing);
  await writeFile(join(folder, 'schemathesis.toml'), SETTINGS);
  const run = (...filter: string[]) =>
    schemathesis.run(
      [
        'run',
        `${product.api}/openapi.json`,
        ...['--header', `Authorization: Bearer ${TOKEN}`],
        ...['--exclude-checks', EXCLUDED.join(',')],
        ...['--max-examples', '6', '--request-timeout', '30'],
        // It takes a busy machine for a schema that is hard to fill.
        '--suppress-health-check=too_slow',
        // Python 3.11 fails now and then when several of its threads look at code.
        ...['--workers', '1'],
        ...['--generation-deterministic', '--continue-on-failure'],
        // How long a busy machine takes to make up documents says nothing about the API.
        ...['--suppress-health-check', 'too_slow'],
        ...filter,
      ],
      folder,
    );
  // An event stream of a rollout that waits never ends; test/api/events has its own tests. Abort comes last: it ends the
  // rollout that the others decide about.
  for (const filter of [
    ['--exclude-path-regex', '(events|abort)$'],
    ['--include-path-regex', 'abort$'],
  ]) {
    const { exitCode, output } = await run(...filter);
    expect(exitCode, output).toBe(0);
  }
  // It has reached a rollout that is there.
  const log = await readFile(product.serverLog, 'utf8');
  for (const [route, status] of [
    ['/v1/rollouts', 201],
    ['/v1/rollouts/:mesh', 200],
    ['/v1/rollouts/:mesh/pause', 204],
    ['/v1/rollouts/:mesh/strategy', 204],
    ['/v1/rollouts/:mesh/abort', 204],
  ] as const) {
    expect(log, `${route} ${status}`).toContain(`"statusCode":${status},"route":"${route}"`);
  }
  expect(log).not.toContain(TOKEN);
  const metrics = await fetch(`${product.api}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } });
  expect(await metrics.text()).toContain('route="/metrics",status="200"');
});

/**
 * Every keyword of the document's schema, each broken in two media types, would be nine tenths of all requests, and
 * every document that is good is a workflow; bad documents have a test of their own. Unknown methods: see
 * {@link EXCLUDED}.
 */
const SETTINGS = `
[phases.coverage]
unexpected-methods = []

[[operations]]
include-name = "POST /v1/rollouts"
phases.coverage.enabled = false

[[operations]]
include-name = "POST /v1/plans"
phases.coverage.enabled = false
`;

const KUBECONFIG = `
apiVersion: v1
kind: Config
current-context: nowhere
contexts: [{ name: nowhere, context: { cluster: nowhere, user: nobody } }]
clusters: [{ name: nowhere, cluster: { server: "https://127.0.0.1:9" } }]
users: [{ name: nobody, user: { token: none } }]
`;
