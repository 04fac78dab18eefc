import { afterEach, describe, expect, it } from 'vitest';
import type { RolloutView } from '../../src/temporal/reading/rollout-view.js';
import { type FakeApi, fakeApi } from '../api/support/api.js';
import { cli } from './support/run.js';
import { attached, finished, parked, primary, retrying, rollout } from './support/views.js';

let api: FakeApi | undefined;
afterEach(async () => {
  await api?.app.close();
  api = undefined;
});

/** An API whose rollout shows one view a look, and the last one from then on. */
async function showing(...views: RolloutView[]): Promise<FakeApi> {
  api = await fakeApi({ get: async () => (views.length > 1 ? views.shift() : views[0]) as RolloutView });
  return api;
}

const running = rollout({ clusters: [primary(), retrying('eu-1'), attached('eu-2')] });
const waiting = rollout({
  status: 'NeedsAttention',
  clusters: [primary(), attached('eu-1'), parked('eu-2')],
});

describe('watch', () => {
  it('tells changes as lines and ends with the proofs and 0', async () => {
    const { app } = await showing(running, finished());
    const run = await cli(['watch', 'shop'], { api: app });
    expect(run.exitCode).toBe(0);
    const lines = run.out.trimEnd().split('\n');
    expect(lines.map((line) => line.replace(/^\d\d:\d\d:\d\d {2}/, ''))).toEqual([
      'shop  Running',
      'shop  resolve Succeeded',
      'shop  validate Succeeded',
      'hub   Succeeded after 42 s, 42 objects changed',
      'eu-1  Running install-remote',
      'eu-1  install-remote try 2 failed: api-unavailable: connect ECONNREFUSED; next try in 4 s',
      'eu-2  Succeeded after 31 s, 42 objects changed',
      'eu-1  Succeeded after 31 s, 42 objects changed',
      'shop  Succeeded',
      '',
      'shop  Succeeded  1m 30s  Istio 1.31 · requested by alice',
      '2 of 2 remotes attached, 84 objects changed',
      '✓ primary hub: 42 objects changed, 42 s',
      '',
      '  REMOTE  STATUS     PROVEN  CHANGED  TIME',
      '✓ eu-1    Succeeded  3 of 3       42  31 s',
      '✓ eu-2    Succeeded  3 of 3       42  31 s',
      '',
      'proven: endpoints 10.1.0.5, 10.1.0.6',
      'proven: synced 2 istiod',
      'proven: injection default',
    ]);
  });

  it('gives programs one event a line', async () => {
    const { app } = await showing(running, finished());
    const { out, exitCode } = await cli(['watch', 'shop', '-o', 'json'], { api: app });
    const events = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.map(({ type }) => type)).toEqual(['snapshot', 'change', 'end']);
    expect(events[0].rollout).toEqual(running);
    expect(exitCode).toBe(0);
  });

  it('redraws a table on a terminal, and leaves the cursor as it was', async () => {
    const { app } = await showing(running, running, finished());
    const { out } = await cli(['watch', 'shop'], { api: app, isTerminal: true });
    expect(out.startsWith('\x1b[?25l')).toBe(true);
    expect(out.split('\x1b[?25l')).toHaveLength(2);
    expect(out.split('\x1b[?25h')).toHaveLength(2);
    expect(out.slice(out.indexOf('\x1b[?25h'))).toContain('2 of 2 remotes attached');
  });

  it('ends with 3 when clusters were skipped', async () => {
    const clusters = [primary(), { ...parked('eu-1'), status: 'Skipped' as const }];
    const { app } = await showing(running, finished({ clusters }));
    expect((await cli(['watch', 'shop'], { api: app })).exitCode).toBe(3);
  });

  it('ends with 4 when nothing moves any more without a person, and says what to do', async () => {
    const { app } = await showing(running, waiting);
    const run = await cli(['watch', 'shop'], { api: app });
    expect(run.exitCode).toBe(4);
    expect(run.out).toContain('when mended   mesh-rollout retry shop --cluster eu-2');
    expect(run.out).toContain('The rollout waits for a person. Then watch it again: mesh-rollout watch shop');
  });

  it('does not take a moment between two clusters for waiting', async () => {
    const { app } = await showing(waiting, waiting, running, running, finished());
    expect((await cli(['watch', 'shop'], { api: app })).exitCode).toBe(0);
  });

  it('stays with --stay, and ends with 5 when its time is over', async () => {
    const { app } = await showing(waiting);
    const run = await cli(['watch', 'shop', '--stay', '--timeout', '3s'], { api: app });
    expect(run.exitCode).toBe(5);
    expect(run.out).toContain('The rollout goes on. Watch it again: mesh-rollout watch shop');
  });

  it('ends with 130 on Ctrl-C, and the rollout goes on', async () => {
    const { app } = await showing(running);
    const onInterrupt = (interrupt: () => void) => void setTimeout(interrupt, 200);
    const run = await cli(['watch', 'shop'], { api: app, onInterrupt });
    expect(run.exitCode).toBe(130);
    expect(run.out).toContain('The rollout goes on.');
  });

  it('finds the API again after it was gone, and goes on', async () => {
    const first = await showing(running);
    const address = await first.app.listen({ port: 0, host: '127.0.0.1' });
    const watched = cli(['watch', 'shop', '--api', address]);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await first.app.close();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const second = await showing(finished());
    await second.app.listen({ port: Number(new URL(address).port), host: '127.0.0.1' });
    const run = await watched;
    expect(run.exitCode).toBe(0);
    expect(run.out).toMatch(/The API does not answer at .*connection refused\./);
    expect(run.out).toContain('2 of 2 remotes attached');
  });

  it('ends with 1 for a mesh without rollout', async () => {
    const run = await cli(['watch', 'shop'], { api: (await fakeApi({ get: notFound })).app });
    expect(run.exitCode).toBe(1);
    expect(run.err).toContain('There is no rollout of mesh shop. (rollout-not-found)');
  });
});

async function notFound(): Promise<never> {
  const { noRollout } = await import('../../src/temporal/reading/get-rollout.js');
  throw noRollout('shop');
}
