import { afterEach, describe, expect, it } from 'vitest';
import type { WaveProgress } from '../../src/rollout/progress/progress.js';
import { type FakeApi, fakeApi } from '../api/support/api.js';
import { cli } from './support/run.js';
import { rollout } from './support/views.js';

let api: FakeApi;
afterEach(() => api.app.close());

const decided = () => api.calls.filter(([name]) => name !== 'get').map((call) => call.at(-1));

describe.each([
  ['pause', 'shop'],
  ['resume', 'shop'],
  ['abort', 'shop'],
  ['approve', 'shop', '--wave', 'canary'],
  ['accept', 'shop', 'service-cidr-overlap'],
  ['set', 'shop', '--max-failures', '1'],
  ['retry', 'shop', '--cluster', 'eu-2'],
  ['skip', 'shop', '--code', 'not-synced'],
])('%s', (...args) => {
  it('is for the rollout that runs when the command is given', async () => {
    api = await fakeApi();
    expect((await cli(args, { api: api.app })).exitCode).toBe(0);
    expect(api.calls[0]).toEqual(['get', 'shop']);
    expect(decided()).toMatchObject([{ rolloutId: 'run-1' }]);
  });

  it('says that it is accepted though not done yet, and ends with 0', async () => {
    const pending = async () => ({ state: 'pending' as const });
    api = await fakeApi({ retry: pending, skip: pending, control: pending });
    const run = await cli(args, { api: api.app });
    expect(run).toEqual({
      exitCode: 0,
      out: 'Accepted: the rollout of mesh shop is still carrying it out.\nSee mesh-rollout status shop.\n',
      err: '',
    });
    const forPrograms = await cli([...args, '-o', 'json'], { api: api.app });
    expect(JSON.parse(forPrograms.out)).toEqual({ mesh: 'shop', action: args[0], pending: true });
  });

  it('is for the rollout that the user names, without a look at it', async () => {
    api = await fakeApi();
    expect((await cli([...args, '--rollout', 'run-0'], { api: api.app })).exitCode).toBe(0);
    expect(api.calls).toHaveLength(1);
    expect(decided()).toMatchObject([{ rolloutId: 'run-0' }]);
  });
});

describe('approve', () => {
  const wave = (name: string, status: WaveProgress['status']): WaveProgress => ({
    name,
    status,
    clusters: [],
  });

  it('names the wave that waits', async () => {
    const waves = [wave('one', 'Succeeded'), wave('two', 'NeedsAttention'), wave('three', 'Pending')];
    api = await fakeApi({ get: async () => rollout({ waves }) });
    expect((await cli(['approve', 'shop'], { api: api.app })).exitCode).toBe(0);
    expect(decided()).toMatchObject([{ wave: 'two', rolloutId: 'run-1' }]);
  });

  it.each([
    ['answers', 'No wave of the rollout of mesh shop waits for approval.'],
    ['none', 'No worker answers, so it is unknown which wave waits for approval.'],
  ] as const)('approves nothing when no wave is seen to wait, and the worker is %s', async (worker, text) => {
    api = await fakeApi({ get: async () => rollout({ worker, waves: [wave('one', 'Running')] }) });
    const run = await cli(['approve', 'shop'], { api: api.app });
    expect([run.exitCode, run.err]).toEqual([1, expect.stringContaining(text)]);
    expect(decided()).toEqual([]);
  });
});

describe('accept', () => {
  it('is for the clusters that are named', async () => {
    api = await fakeApi();
    const args = ['accept', 'shop', '--cluster', 'eu-1', 'attached-elsewhere', '--cluster', 'eu-2'];
    expect((await cli(args, { api: api.app })).exitCode).toBe(0);
    expect(decided()).toMatchObject([{ codes: ['attached-elsewhere'], clusters: ['eu-1', 'eu-2'] }]);
  });

  it('takes no cluster from its owner unless it is named', async () => {
    api = await fakeApi();
    const run = await cli(['accept', 'shop', 'attached-elsewhere'], { api: api.app });
    expect([run.exitCode, run.err]).toEqual([1, expect.stringContaining('Add --cluster <name>')]);
    expect(api.calls).toEqual([]);
  });
});
