import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useProduct } from '../support/product.js';
import { until } from '../support/wait.js';
import * as api from './api.js';
import { type Fleet, freshFleet } from './fleet.js';
import { expectAttached } from './proofs.js';

describe('a rollout that is disturbed', () => {
  let fleet: Fleet;

  beforeAll(async () => {
    fleet = await freshFleet([{}, {}, {}]);
  });
  afterAll(() => fleet.remove());

  test('ends with all proofs although worker, Temporal server and an API server are killed on the way', async () => {
    const product = await useProduct();
    const [late, ...others] = fleet.remotes;
    if (!late) throw new Error('the fleet has three remotes');
    await late.stopApiServer();
    await api.start(fleet.document());

    await api.cluster(
      fleet.mesh,
      late.name,
      'is seen as unreachable',
      ({ attention }) => attention?.code === 'cluster-unreachable',
    );
    await until('a remote installs', async () => {
      const { clusters } = await api.get(fleet.mesh);
      return clusters.some(({ step, status }) => step === 'install-remote' && status === 'Running');
    });
    await product.restartWorker();

    await until('a remote is further on', async () => {
      const { clusters } = await api.get(fleet.mesh);
      return clusters.some(({ step }) => step === 'register-remote' || step === 'activate-injection');
    });
    await fleet.lab.temporal.kill();
    await fleet.lab.temporal.start();

    for (const remote of others) {
      await api.cluster(
        fleet.mesh,
        remote.name,
        'is done while the late one is down',
        ({ status }) => status === 'Succeeded',
      );
    }
    const waiting = await api.get(fleet.mesh);
    expect(waiting.clusters.find(({ cluster }) => cluster === late.name)?.status).toBe('Running');
    expect(waiting.status).toBe('Running');

    await late.startApiServer();
    const done = await api.reaches(fleet.mesh, 'Succeeded');
    expect(done.clusters.map(({ status }) => status)).toEqual([
      'Succeeded',
      'Succeeded',
      'Succeeded',
      'Succeeded',
    ]);
    for (const remote of fleet.remotes) await expectAttached(fleet, remote);
  });
});
