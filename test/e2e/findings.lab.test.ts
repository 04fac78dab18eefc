import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LabCluster } from '../../lab/lab.js';
import { useProduct } from '../support/product.js';
import { mesh as cli } from '../support/run.js';
import { resourceVersions } from './proofs/cluster-objects.js';
import * as api from './support/api.js';
import { type Fleet, freshFleet } from './support/fleet.js';
import { changeInventory, useKubeconfigs } from './support/inventory.js';
import { pretendVersion } from './support/pretend-version.js';

type Front = Awaited<ReturnType<typeof pretendVersion>>;

/** One fleet; nothing is rolled out in it before the last tests. */
describe('what the checks find before anything is changed', () => {
  let fleet: Fleet;
  let [one, two, fine, dead, old]: LabCluster[] = [];
  let proxy: Front;

  beforeAll(async () => {
    await useProduct();
    const few = { controllers: 'few' } as const;
    const alike = { ...few, podCIDR: '10.250.0.0/16' };
    fleet = await freshFleet([alike, alike, few, few, few]);
    [one, two, fine, dead, old] = fleet.remotes;
    // Stand-in: the real API server behind a proxy that answers /version as an old one would.
    proxy = await pretendVersion(the(old), 'v1.28.5');
  });
  afterAll(async () => {
    await fleet.remove();
    await proxy.close();
  });

  /** The document with some of the remotes. */
  const documentOf = (...remotes: (LabCluster | undefined)[]) =>
    fleet.document({ remotes: remotes.map((remote) => ({ cluster: the(remote).name })) });

  /** Ends a rollout that waits; it must not have changed anything. */
  async function abort(): Promise<void> {
    const { exitCode, stderr } = await cli('abort', fleet.mesh, '--reason', 'end of the test');
    expect(exitCode, stderr).toBe(0);
    await api.reaches(fleet.mesh, 'Aborted');
  }

  test('overlapping pod CIDRs hold the rollout, and no cluster is changed', async () => {
    const all = [fleet.primary, the(one), the(two)];
    const before = await states(all);
    await api.start(documentOf(one, two));
    const held = await api.reaches(fleet.mesh, 'NeedsAttention');
    expect(held.findings).toContainEqual(
      expect.objectContaining({
        code: 'pod-cidr-overlap',
        severity: 'block',
        cluster: the(one).name,
        otherCluster: the(two).name,
      }),
    );
    expect(held.clusters.map(({ status }) => status)).toEqual(Array(3).fill('Pending'));
    await abort();
    expect(await states(all)).toEqual(before);
  });

  test('one cluster under two names holds the rollout, and no cluster is changed', async () => {
    const [real, alias] = [the(one), the(two)];
    const pointAliasAt = ({ productKubeconfigPath: kubeconfig, context }: LabCluster) =>
      changeInventory(fleet.lab, (entries) => {
        const entry = entries.find(({ name }) => name === alias.name);
        Object.assign(entry ?? expect.unreachable('it is in the inventory'), { kubeconfig, context });
      });
    await pointAliasAt(real);
    const before = await states([fleet.primary, real]);
    await api.start(documentOf(real, alias));
    const held = await api.reaches(fleet.mesh, 'NeedsAttention');
    expect(held.attention?.code).toBe('same-cluster-twice');
    expect(held.attention?.message).toContain(real.name);
    await abort();
    expect(await states([fleet.primary, real])).toEqual(before);
    await pointAliasAt(alias);
  });

  describe('in a rollout whose primary, and one remote, do not answer', () => {
    let before: Record<string, string>[];

    beforeAll(async () => {
      await useKubeconfigs(fleet.lab, { [the(old).name]: proxy.kubeconfigPath });
      before = await states([the(fine), the(dead), the(old)]);
      await Promise.all([fleet.primary.stopApiServer(), the(dead).stopApiServer()]);
      await api.start(documentOf(fine, dead, old));
    });

    test('the primary holds the rollout, no cluster is changed, and it goes on by itself', async () => {
      const held = await api.reaches(fleet.mesh, 'NeedsAttention');
      expect(held.findings).toContainEqual(
        expect.objectContaining({
          code: 'cluster-unreachable',
          severity: 'block',
          cluster: fleet.primary.name,
        }),
      );
      expect(await states([the(fine), the(old)])).toEqual([before[0], before[2]]);
      await fleet.primary.startApiServer();
      await api.cluster(fleet.mesh, the(fine).name, 'is done', ({ status }) => status === 'Succeeded');
    });

    test('a Kubernetes version that the release does not support is a finding about that remote, which stays untouched', async () => {
      const parked = await api.cluster(
        fleet.mesh,
        the(old).name,
        'needs attention',
        ({ status }) => status === 'NeedsAttention',
      );
      expect(parked.attention?.code).toBe('kubernetes-version-unsupported');
      expect(parked.attention?.message).toContain('1.28');
      expect(await resourceVersions(the(old))).toEqual(before[2]);
    });

    test('the remote is a finding about that remote, which stays untouched and can be skipped', async () => {
      await api.cluster(
        fleet.mesh,
        the(dead).name,
        'is unreachable',
        ({ attention }) => attention?.code === 'cluster-unreachable',
      );
      for (const { name } of [the(dead), the(old)]) {
        const skipped = await cli('skip', fleet.mesh, '--cluster', name, '--reason', 'being replaced');
        expect(skipped.exitCode, skipped.stderr).toBe(0);
      }
      await api.reaches(fleet.mesh, 'Succeeded');
      expect((await cli('watch', fleet.mesh)).exitCode).toBe(3);
      await the(dead).startApiServer();
      expect(await resourceVersions(the(dead))).toEqual(before[1]);
    });
  });
});

/** A remote of the fleet, which is there when the tests run. */
function the(cluster: LabCluster | undefined): LabCluster {
  if (!cluster) throw new Error('the fleet has five remotes');
  return cluster;
}

async function states(clusters: readonly LabCluster[]): Promise<Record<string, string>[]> {
  return await Promise.all(clusters.map(resourceVersions));
}
