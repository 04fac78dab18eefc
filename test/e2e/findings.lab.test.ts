import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { LabCluster } from '../../lab/lab.js';
import { useProduct } from '../support/product.js';
import { mesh as cli } from '../support/run.js';
import * as api from './api.js';
import { resourceVersions } from './cluster-objects.js';
import { type Fleet, freshFleet } from './fleet.js';
import { pretendVersion } from './pretend-version.js';

interface Entry {
  name: string;
  kubeconfig: string;
  context: string;
}

describe('what the checks find before anything is changed', () => {
  const fleets: Fleet[] = [];

  beforeAll(async () => {
    await useProduct();
  });
  afterEach(async () => {
    await Promise.all(fleets.splice(0).map((fleet) => fleet.remove()));
  });

  async function fleetOf(...remotes: Parameters<typeof freshFleet>[0]): Promise<Fleet> {
    const fleet = await freshFleet(remotes);
    fleets.push(fleet);
    return fleet;
  }

  /** Ends a rollout that waits; it must not have changed anything. */
  async function abort(fleet: Fleet): Promise<void> {
    const { exitCode, stderr } = await cli('abort', fleet.mesh, '--reason', 'end of the test');
    expect(exitCode, stderr).toBe(0);
    await api.reaches(fleet.mesh, 'Aborted');
  }

  async function states(clusters: readonly LabCluster[]) {
    return await Promise.all(clusters.map(resourceVersions));
  }

  test('overlapping pod CIDRs hold the rollout, and no cluster is changed', async () => {
    const fleet = await fleetOf({ podCIDR: '10.250.0.0/16' }, { podCIDR: '10.250.0.0/16' });
    const all = [fleet.primary, ...fleet.remotes];
    const before = await states(all);
    await api.start(fleet.document());
    const held = await api.reaches(fleet.mesh, 'NeedsAttention');
    const [one, two] = fleet.remotes;
    expect(held.findings).toContainEqual(
      expect.objectContaining({
        code: 'pod-cidr-overlap',
        severity: 'block',
        cluster: one?.name,
        otherCluster: two?.name,
      }),
    );
    expect(held.clusters.every(({ status }) => status === 'Pending')).toBe(true);
    await abort(fleet);
    expect(await states(all)).toEqual(before);
  });

  test('one cluster under two names holds the rollout, and no cluster is changed', async () => {
    const fleet = await fleetOf({}, {});
    const [one, two] = fleet.remotes;
    if (!one || !two) throw new Error('the fleet has two remotes');
    await changeInventory(fleet, (entries) => {
      const alias = entries.find(({ name }) => name === two.name);
      if (alias) Object.assign(alias, { kubeconfig: one.productKubeconfigPath, context: one.context });
    });
    const before = await states([fleet.primary, one]);
    await api.start(fleet.document());
    const held = await api.reaches(fleet.mesh, 'NeedsAttention');
    expect(held.attention?.code).toBe('same-cluster-twice');
    expect(held.attention?.message).toContain(one.name);
    await abort(fleet);
    expect(await states([fleet.primary, one])).toEqual(before);
  });

  test('an unreachable primary holds the rollout, no cluster is changed, and it goes on by itself', async () => {
    const fleet = await fleetOf({});
    const before = await states(fleet.remotes);
    await fleet.primary.stopApiServer();
    await api.start(fleet.document());
    const held = await api.reaches(fleet.mesh, 'NeedsAttention');
    expect(held.findings).toContainEqual(
      expect.objectContaining({
        code: 'cluster-unreachable',
        severity: 'block',
        cluster: fleet.primary.name,
      }),
    );
    expect(await states(fleet.remotes)).toEqual(before);
    await fleet.primary.startApiServer();
    await api.reaches(fleet.mesh, 'Succeeded');
  });

  test('an unreachable remote is a finding about that remote, which stays untouched and can be skipped', async () => {
    const fleet = await fleetOf({}, {});
    const [dead, fine] = fleet.remotes;
    if (!dead || !fine) throw new Error('the fleet has two remotes');
    const before = await resourceVersions(dead);
    await dead.stopApiServer();
    await api.start(fleet.document());
    await api.cluster(
      fleet.mesh,
      dead.name,
      'is unreachable',
      ({ attention }) => attention?.code === 'cluster-unreachable',
    );
    await api.cluster(fleet.mesh, fine.name, 'is done', ({ status }) => status === 'Succeeded');
    const skipped = await cli('skip', fleet.mesh, '--cluster', dead.name, '--reason', 'being replaced');
    expect(skipped.exitCode, skipped.stderr).toBe(0);
    await api.reaches(fleet.mesh, 'Succeeded');
    expect((await cli('watch', fleet.mesh)).exitCode).toBe(3);
    await dead.startApiServer();
    expect(await resourceVersions(dead)).toEqual(before);
  });

  test('a Kubernetes version that the release does not support is a finding, and the cluster stays untouched', async () => {
    const fleet = await fleetOf({});
    const [old] = fleet.remotes;
    if (!old) throw new Error('the fleet has a remote');
    const before = await resourceVersions(old);
    // Stand-in: the real API server behind a proxy that answers /version as an old one would.
    const proxy = await pretendVersion(old, 'v1.28.5');
    try {
      await changeInventory(fleet, (entries) => {
        const entry = entries.find(({ name }) => name === old.name);
        if (entry) entry.kubeconfig = proxy.kubeconfigPath;
      });
      await api.start(fleet.document());
      const parked = await api.cluster(
        fleet.mesh,
        old.name,
        'needs attention',
        ({ status }) => status === 'NeedsAttention',
      );
      expect(parked.attention?.code).toBe('kubernetes-version-unsupported');
      expect(parked.attention?.message).toContain('1.28');
      expect(await resourceVersions(old)).toEqual(before);
      await abort(fleet);
    } finally {
      await proxy.close();
    }
  });
});

async function changeInventory(fleet: Fleet, change: (entries: Entry[]) => void): Promise<void> {
  const inventory = JSON.parse(await readFile(fleet.lab.inventoryPath, 'utf8')) as { clusters: Entry[] };
  change(inventory.clusters);
  await writeFile(fleet.lab.inventoryPath, JSON.stringify(inventory));
}
