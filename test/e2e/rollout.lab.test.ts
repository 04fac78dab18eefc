import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ensureTools } from '../../lab/tools/tools.js';
import { useProduct } from '../support/product.js';
import { mesh as cli, istioctl } from '../support/run.js';
import { until } from '../support/wait.js';
import * as api from './api.js';
import { resourceVersions, versionsAtRest } from './cluster-objects.js';
import { documentFile } from './document-file.js';
import { type Fleet, freshFleet } from './fleet.js';
import { clusterOfSidecar, deployment, expectAttached, runningPod } from './proofs.js';

describe('a rollout of one primary and three remotes', () => {
  let fleet: Fleet;

  beforeAll(async () => {
    await ensureTools({});
    await useProduct();
    fleet = await freshFleet([{}, {}, { labels: { tier: 'prod' } }]);
  });
  afterAll(() => fleet.remove());

  test('attaches every remote, and the proofs hold when read without the product', async () => {
    await api.start(fleet.document());
    const done = await api.reaches(fleet.mesh, 'Succeeded');
    expect(done.clusters.map(({ status }) => status)).toEqual([
      'Succeeded',
      'Succeeded',
      'Succeeded',
      'Succeeded',
    ]);
    for (const cluster of done.clusters.filter(({ role }) => role === 'remote')) {
      expect(cluster.proof).toMatchObject({
        synced: 1,
        webhookCA: true,
        injected: ['default'],
        unproven: [],
      });
      expect(cluster.changed).toBeGreaterThan(20);
    }
    for (const remote of fleet.remotes) await expectAttached(fleet, remote);
  });

  test('a Deployment in each remote then comes up with a sidecar of that remote', async () => {
    await Promise.all(
      fleet.remotes.map(async (remote) => {
        await remote.api.post('/apis/apps/v1/namespaces/default/deployments', deployment('hello'));
        const pod = await until(`the Pod of hello in ${remote.name}`, () => runningPod(remote, 'hello'));
        expect(clusterOfSidecar(pod)).toBe(remote.name);
      }),
    );
  });

  test('istioctl remote-clusters lists every remote as synced, and analyze finds nothing', async () => {
    const listed = await istioctl(fleet.primary.kubeconfigPath, 'remote-clusters');
    for (const { name } of fleet.remotes) expect(listed.stdout).toMatch(new RegExp(`${name}\\s.*synced`));
    for (const cluster of [fleet.primary, ...fleet.remotes]) {
      const { stdout, stderr, exitCode } = await istioctl(
        cluster.kubeconfigPath,
        'analyze',
        '--all-namespaces',
      );
      expect(exitCode, stdout + stderr).toBe(0);
      expect(stdout + stderr).not.toContain('Error [');
    }
  });

  test('the same document again moves no resourceVersion, and the summary says that nothing changed', async () => {
    const all = [fleet.primary, ...fleet.remotes];
    const before = await versionsAtRest(all);
    const { stdout, stderr, exitCode } = await cli(
      'start',
      '-f',
      await documentFile(fleet.document()),
      '--watch',
    );
    expect(exitCode, stdout + stderr).toBe(0);
    expect(stdout).toContain('nothing changed');
    expect(await Promise.all(all.map(resourceVersions))).toEqual(before);
    expect((await api.get(fleet.mesh)).changed).toBe(0);
  });

  test('what is listed, shown and watched afterwards tells the end', async () => {
    const list = await cli('list', '-o', 'json');
    expect(list.stdout).toContain(fleet.mesh);
    expect((await cli('status', fleet.mesh)).stdout).toContain('Succeeded');
    expect((await cli('watch', fleet.mesh)).exitCode).toBe(0);
    expect((await api.call('GET', `/v1/rollouts/nobody`)).status).toBe(404);
  });
});
