import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useProduct } from '../support/product.js';
import { until } from '../support/wait.js';
import * as api from './api.js';
import { type Fleet, freshFleet } from './fleet.js';
import { expectAttached } from './proofs.js';

describe('a rollout that is disturbed', () => {
  let fleet: Fleet;

  beforeAll(async () => {
    await useProduct();
    const few = { controllers: 'few' } as const;
    fleet = await freshFleet([few, few]);
  });
  afterAll(() => fleet.remove());

  test('ends with all proofs although Temporal server and an API server are killed on the way', async () => {
    const [late, other] = fleet.remotes;
    if (!late || !other) throw new Error('the fleet has two remotes');
    await late.stopApiServer();
    await api.start(fleet.document());

    await api.cluster(
      fleet.mesh,
      late.name,
      'is seen as unreachable',
      ({ attention }) => attention?.code === 'cluster-unreachable',
    );
    await until('the other remote installs', async () => {
      const { clusters } = await api.get(fleet.mesh);
      return clusters.some(({ step }) => step === 'install-remote');
    });
    await fleet.lab.temporal.kill();
    await fleet.lab.temporal.start();

    await api.cluster(
      fleet.mesh,
      other.name,
      'is done while the late one is down',
      ({ status }) => status === 'Succeeded',
    );
    const waiting = await api.get(fleet.mesh);
    expect(waiting.clusters.find(({ cluster }) => cluster === late.name)?.status).toBe('Running');
    expect(waiting.status).toBe('Running');

    await late.startApiServer();
    const done = await api.reaches(fleet.mesh, 'Succeeded');
    expect(done.clusters.map(({ status }) => status)).toEqual(['Succeeded', 'Succeeded', 'Succeeded']);
    for (const remote of fleet.remotes) await expectAttached(fleet, remote);
  });
});
