import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LabCluster } from '../../lab/lab.js';
import { ClusterClient } from '../../src/kubernetes/client/cluster-client.js';
import type { RolloutPlan } from '../../src/rollout/plan/plan.js';
import { useProduct } from '../support/product.js';
import { mesh as cli, type Outcome, temporal } from '../support/run.js';
import { until } from '../support/wait.js';
import { resourceVersions, versionsAtRest } from './proofs/cluster-objects.js';
import { plannedFor, snapshot, touchedBetween } from './proofs/touched-objects.js';
import * as api from './support/api.js';
import { documentFile } from './support/document-file.js';
import { type Fleet, freshFleet } from './support/fleet.js';
import { istiodOf } from './support/istiod.js';

describe('a plan', () => {
  let fleet: Fleet;

  beforeAll(async () => {
    await useProduct();
    fleet = await freshFleet([{ controllers: 'few' }]);
  });
  afterAll(() => fleet.remove());

  const clusters = () => [fleet.primary, ...fleet.remotes];
  const versions = () => Promise.all(clusters().map(resourceVersions));

  /** Asks for a plan, and makes sure that nothing has moved in any cluster. */
  async function plan(document: object): Promise<Outcome & { plan: RolloutPlan }> {
    const before = await versionsAtRest(clusters());
    const outcome = await cli('plan', '-f', await documentFile(document), '-o', 'json');
    expect(await versions()).toEqual(before);
    return { ...outcome, plan: JSON.parse(outcome.stdout) as RolloutPlan };
  }

  /** Compares what has moved in a rollout with what was planned. */
  async function expectTrue(planned: RolloutPlan, rollout: () => Promise<void>): Promise<void> {
    const before = await Promise.all(clusters().map(snapshot));
    await rollout();
    const after = await Promise.all(clusters().map(snapshot));
    for (const [index, cluster] of clusters().entries()) {
      const touched = touchedBetween(before[index] ?? new Map(), after[index] ?? new Map());
      expect(touched, cluster.name).toEqual(plannedFor(planned, cluster));
    }
  }

  test('of a first install names what the rollout then creates, though the namespace is not there yet', async () => {
    const first = await plan(fleet.document());
    expect([first.exitCode, first.stderr]).toEqual([2, expect.stringContaining('clusters')]);
    expect(first.plan).toMatchObject({ outcome: 'changes', primary: fleet.primary.name, remotes: 1 });
    expect(first.plan.counts.create).toBeGreaterThan(50);
    await expectTrue(first.plan, async () => {
      await api.start(fleet.document());
      await api.reaches(fleet.mesh, 'Succeeded');
    });
  });

  test('after the rollout says that nothing would change, with exit 0', async () => {
    // Its status is written once more when minReadySeconds are over.
    await until('istiod is available', async () => {
      const { status } = await istiodOf(fleet.primary);
      return status.availableReplicas === 1;
    });
    const second = await plan(fleet.document());
    expect(second.plan.groups.flatMap(({ problems }) => problems)).toEqual([]);
    expect(second.plan.counts).toMatchObject({ create: 0, change: 0, label: 0, prune: 0 });
    expect([second.plan.outcome, second.exitCode]).toEqual(['no-change', 0]);
  });

  test('of another document names what is created, changed, labelled and pruned, and the rollout does just that', async () => {
    const [remote] = fleet.remotes as [LabCluster];
    await remote.api.delete('/api/v1/namespaces/istio-system/configmaps/values');
    await remote.addNamespace('busy');
    const document = fleet.document({
      values: { meshConfig: { accessLogFile: '/dev/stdout' } },
      primary: {
        cluster: fleet.primary.name,
        // Without its autoscaler, and with new Pods, whose addresses nobody knows yet.
        values: { pilot: { autoscaleEnabled: false, env: { PILOT_ENABLE_STATUS: 'false' } } },
      },
      namespaces: [{ name: 'default' }, { name: 'busy' }],
      strategy: { waves: [{ name: 'all', clusters: [remote.name], approval: 'before' }] },
    });
    const planned = await plan(document);
    expect([planned.plan.findings, planned.plan.groups.flatMap(({ problems }) => problems)]).toEqual([
      [],
      [],
    ]);
    expect(planned.exitCode).toBe(2);
    expect(plannedFor(planned.plan, fleet.primary).prune).toContain(
      'HorizontalPodAutoscaler istio-system/istiod',
    );
    const ofRemote = plannedFor(planned.plan, remote);
    expect(ofRemote.create).toEqual(['ConfigMap istio-system/values']);
    expect(ofRemote.change).toEqual(
      expect.arrayContaining(['EndpointSlice istio-system/istiod', 'Namespace busy']),
    );

    await expectTrue(planned.plan, async () => {
      await api.start(document);
      await until('the wave waits', async () => {
        const { waves } = await api.get(fleet.mesh);
        return waves[0]?.status === 'NeedsAttention';
      });
      const during = await cli('plan', '-f', await documentFile(document), '-o', 'json');
      const { running } = JSON.parse(during.stdout) as RolloutPlan;
      expect(running?.rolloutId).toBe((await api.get(fleet.mesh)).rolloutId);
      expect((await cli('approve', fleet.mesh)).exitCode).toBe(0);
      await api.reaches(fleet.mesh, 'Succeeded');
    });
    const query = [
      'workflow',
      'query',
      '--workflow-id',
      `cluster/${fleet.primary.name}`,
      '--type',
      'progress',
    ];
    const { stdout } = await temporal(...query);
    expect(stdout).toContain('superfluous deleted: HorizontalPodAutoscaler istio-system/istiod');
  });

  test('shows what would stop a rollout: another manager, a missing namespace; with exit 1', async () => {
    const { name, kubeconfigPath } = fleet.primary;
    const client = new ClusterClient({ name, path: kubeconfigPath });
    const metadata = { namespace: 'istio-system', name: 'istio' };
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { mesh: '{}' } };
    await client.apply(map, { fieldManager: 'somebody', force: true });
    const before = await versions();
    const document = fleet.document({ namespaces: [{ name: 'nowhere' }] });
    const { exitCode, stdout } = await cli('plan', '-f', await documentFile(document));
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/block {2}namespace-missing \(.*\) \(cannot be accepted\)/);
    expect(stdout).toMatch(
      /stop {3}field-conflict: ConfigMap istio-system\/istio: .*somebody owns \.data\.mesh/,
    );
    expect(stdout).toContain(
      'a rollout would be held, because 1 finding blocks, 1 cluster would wait for a person',
    );
    expect(await versions()).toEqual(before);
  });
});
