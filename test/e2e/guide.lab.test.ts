import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useProduct } from '../support/product.js';
import { appliesOfIstioctl } from '../support/watched-istioctl.js';
import * as api from './support/api.js';
import { type Fleet, freshFleet } from './support/fleet.js';

/** Images that nobody pulls, and nothing that nobody needs. */
const VALUES = { prometheus: { enabled: false }, global: { controlPlaneSecurityEnabled: false } };

describe('the guide', () => {
  let fleet: Fleet;

  beforeAll(async () => {
    await useProduct();
    fleet = await freshFleet([{}], { release: '1.4', productRights: 'everything' });
  });
  afterAll(() => fleet.remove());

  test('attaches', { timeout: 400_000 }, async () => {
    await api.start(fleet.document({ primary: { cluster: fleet.primary.name, values: VALUES } }));
    const done = await api.reaches(fleet.mesh, 'Succeeded').catch(async (error) => {
      console.log(JSON.stringify(await api.get(fleet.mesh), null, 1));
      throw error;
    });
    console.log(JSON.stringify(done.clusters, null, 1));
    console.log(await appliesOfIstioctl());
    expect(done.clusters.map(({ status }) => status)).toEqual(['Succeeded', 'Succeeded']);
  });
});
