import { afterEach, describe, expect, it } from 'vitest';
import { RolloutError } from '../../src/rollout/rollout-error.js';
import { RolloutRunningError } from '../../src/temporal/starting/rollout-running-error.js';
import { type FakeApi, fakeApi, token } from '../api/support/api.js';
import { cli } from './support/run.js';
import { finished, rollout } from './support/views.js';

let api: FakeApi | undefined;
afterEach(async () => {
  await api?.app.close();
  api = undefined;
});

it('tells its version', async () => {
  const run = await cli(['--version']);
  expect(run).toMatchObject({ exitCode: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), err: '' });
});

describe('start', () => {
  const files = { 'shop.yaml': 'mesh: shop\nrelease: "1.31"\nremotes:\n  - cluster: eu-1\n' };

  it('sends the document and says how to watch', async () => {
    api = await fakeApi();
    const run = await cli(['start', '-f', 'shop.yaml'], { api: api.app, files });
    expect(run).toEqual({
      exitCode: 0,
      out: 'Rollout of mesh shop has started (rollout run-1).\nWatch it: mesh-rollout watch shop\n',
      err: '',
    });
    expect(api.calls[0]?.[1]).toMatchObject({
      document: { mesh: 'shop', release: '1.31', remotes: [{ cluster: 'eu-1' }] },
    });
  });

  it('answers programs in JSON', async () => {
    api = await fakeApi();
    const { out } = await cli(['start', '-f', 'shop.yaml', '-o', 'json'], { api: api.app, files });
    expect(JSON.parse(out)).toEqual({ mesh: 'shop', rolloutId: 'run-1', workflowId: 'mesh/shop' });
  });

  it('tells every problem of a document with its place in the file, and ends with 1', async () => {
    api = await fakeApi({
      parseDocument: async () => ({
        ok: false,
        problems: [
          { path: 'remotes[0].cluster', message: '"eu-1" is not in the inventory' },
          { path: 'primary', message: 'is missing' },
        ],
      }),
    });
    const run = await cli(['start', '-f', 'shop.yaml'], { api: api.app, files });
    expect(run).toEqual({
      exitCode: 1,
      out: '',
      err: [
        'error: The document has 2 problems. (document-invalid)',
        '  shop.yaml:4  remotes[0].cluster: "eu-1" is not in the inventory',
        '  shop.yaml    primary: is missing',
        '  → Correct every problem listed, then start again.',
        '',
      ].join('\n'),
    });
  });

  it('tells a file that is no YAML without asking the API', async () => {
    const run = await cli(['start', '-f', 'bad.yaml'], {
      files: { 'bad.yaml': 'mesh: shop\nvalues: {a: [}\n' },
    });
    expect(run.exitCode).toBe(1);
    expect(run.err).toMatch(/^error: bad.yaml is not YAML.\n {2}bad.yaml:2 {2}/);
  });

  it('says who holds the mesh', async () => {
    const holder = { mesh: 'shop', rolloutId: 'run-0', requestedBy: 'bob', startedAt: 0 };
    api = await fakeApi({ start: () => Promise.reject(new RolloutRunningError(holder)) });
    const run = await cli(['start', '-f', 'shop.yaml'], { api: api.app, files });
    expect(run.exitCode).toBe(1);
    expect(run.err.replaceAll(/\s+/g, ' ')).toContain('requested by bob (rollout run-0). (rollout-running)');
    expect(run.err).toContain('→ Watch it, wait for it, or abort it.');
  });

  it('goes on to watch with --watch', async () => {
    api = await fakeApi({ get: async () => finished() });
    const run = await cli(['start', '-f', 'shop.yaml', '--watch'], { api: api.app, files });
    expect(run.exitCode).toBe(0);
    expect(run.out).toContain('2 of 2 remotes attached, 84 objects changed');
  });
});

describe('list', () => {
  it('shows rollouts as a table or as JSON', async () => {
    const item = { mesh: 'shop', rolloutId: 'run-1', requestedBy: 'alice', startedAt: 0 };
    const rollouts = [
      { ...item, status: 'Running', execution: 'RUNNING' } as const,
      { ...item, mesh: 'old', status: 'Succeeded', execution: 'COMPLETED', finishedAt: 60_000 } as const,
    ];
    api = await fakeApi({ list: async () => rollouts });
    const { out } = await cli(['list'], { api: api.app });
    expect(out.replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d/g, 'DATE            ').split('\n')).toEqual([
      '  MESH  STATUS     STARTED             TIME  REQUESTED BY',
      '● shop  Running    DATE              1m 40s  alice',
      '✓ old   Succeeded  DATE              1m 00s  alice',
      '',
    ]);
    expect(JSON.parse((await cli(['list', '-o', 'json'], { api: api.app })).out)).toEqual({ rollouts });
  });

  it('says how to start the first', async () => {
    api = await fakeApi();
    expect((await cli(['list'], { api: api.app })).out).toBe(
      'There are no rollouts yet. Start one with: mesh-rollout start -f rollout.yaml\n',
    );
  });
});

describe('status', () => {
  it('shows a rollout once and ends with 0, whatever it is at', async () => {
    api = await fakeApi({ get: async () => rollout() });
    const run = await cli(['status', 'shop'], { api: api.app });
    expect(run.exitCode).toBe(0);
    expect(run.out).toContain('! eu-3           Needs attention  label-namespaces');
  });

  it('gives programs everything', async () => {
    api = await fakeApi({ get: async () => rollout() });
    expect(JSON.parse((await cli(['status', 'shop', '-o', 'json'], { api: api.app })).out)).toEqual(
      rollout(),
    );
  });
});

describe('retry and skip', () => {
  it('send the decision', async () => {
    api = await fakeApi();
    const retry = ['retry', 'shop', '--cluster', 'eu-2', '--reason', 'granted'];
    expect((await cli(retry, { api: api.app })).out).toBe('Retrying: eu-2\n');
    expect((await cli(['skip', 'shop', '--code', 'not-synced'], { api: api.app })).out).toBe(
      'Skipped: eu-2\n',
    );
    const common = { rolloutId: 'run-1', by: 'api', via: 'api' };
    expect(api.calls).toEqual([
      ['get', 'shop'],
      ['retry', 'shop', { cluster: 'eu-2', reason: 'granted', ...common }],
      ['get', 'shop'],
      ['skip', 'shop', { code: 'not-synced', ...common }],
    ]);
  });

  it('pass on why one is refused', async () => {
    api = await fakeApi({
      retry: () => Promise.reject(new RolloutError('not-waiting', 'Cluster eu-2 is Running.')),
    });
    const run = await cli(['retry', 'shop', '--cluster', 'eu-2'], { api: api.app });
    expect(run).toEqual({
      exitCode: 1,
      out: '',
      err: 'error: Cluster eu-2 is Running. (not-waiting)\n  → Look at its status: retry is for clusters in NeedsAttention, skip for remotes that are not done yet.\n',
    });
  });

  it('need a cluster or a code', async () => {
    const run = await cli(['skip', 'shop']);
    expect(run).toEqual({
      exitCode: 1,
      out: '',
      err: 'error: skip needs either --cluster or --code.\n  → See mesh-rollout status shop.\n',
    });
  });
});

describe('what goes wrong', () => {
  it('says how to start the API that is not there', async () => {
    const run = await cli(['list']);
    expect(run.exitCode).toBe(1);
    expect(run.err).toContain('error: The API does not answer at http://127.0.0.1:1: ');
    expect(run.err).toContain('→ Start the API with mesh-rollout serve');
  });

  it('notices that another server answers', async () => {
    api = await fakeApi();
    const address = await api.app.listen({ port: 0, host: '127.0.0.1' });
    const run = await cli(['list', '--api', `${address}/elsewhere`]);
    expect(run.exitCode).toBe(1);
    expect(run.err).toContain('(route-unknown)');
  });

  it('sends the token, and says when there has to be one', async () => {
    api = await fakeApi({ tokens: [token('alice', 's3cret', 'read')] });
    expect((await cli(['status', 'shop'], { api: api.app, token: 's3cret' })).exitCode).toBe(0);
    const run = await cli(['status', 'shop'], { api: api.app });
    expect(run.err).toContain('the CLI reads it from MESH_ROLLOUT_TOKEN');
  });

  it.each([
    [['stat'], "error: unknown command 'stat'\n(Did you mean start?)\n"],
    [['watch'], "error: missing required argument 'mesh'\n"],
    [['watch', 'shop', '--timeout', 'soon'], /Write 90s, 10m or 1h30m/],
    // A longer timer ends at once.
    [['watch', 'shop', '--timeout', '999h'], /Write at most 596h/],
    [['list', '--limit', '0'], /Write a number from 1 to 500/],
  ])('explains %j and ends with 1', async (args, text) => {
    const run = await cli(args);
    expect(run.exitCode).toBe(1);
    expect(run.err).toMatch(text);
  });

  it('refuses a URL of the API with a password, and shows none of it', async () => {
    const run = await cli(['list', '--api', 'http://ada:hunter2@127.0.0.1:1']);
    expect(run.exitCode).toBe(1);
    expect(run.err).toContain('Put the bearer token into MESH_ROLLOUT_TOKEN');
    expect(run.err).not.toContain('hunter2');
  });

  it('shows its help', async () => {
    const run = await cli(['--help']);
    expect(run.exitCode).toBe(0);
    expect(run.out).toContain('Attaches many Kubernetes clusters to one shared Istio control plane.');
    expect(run.out).toContain('4  the rollout waits for a person');
  });
});
