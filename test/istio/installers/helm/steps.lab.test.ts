import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ActivityDependencies } from '../../../../activities/dependencies.js';
import { createActivities } from '../../../../activities/index.js';
import type { LabCluster } from '../../../../lab/lab.js';
import { ensureCharts } from '../../../../lab/tools/charts.js';
import { ensureTools } from '../../../../lab/tools/tools.js';
import { Installers } from '../../../../src/istio/installers/installers.js';
import type { InjectionInput } from '../../../../src/rollout/activities.js';
import type { StepResult } from '../../../../src/rollout/progress/step-results.js';
import type { RemoteInput } from '../../../../src/rollout/resolve/resolved.js';
import { failureOf, retried, run } from '../../../activities/support.js';
import { resourceVersions, versionsAtRest } from '../../../e2e/proofs/cluster-objects.js';
import { expectAttached } from '../../../e2e/proofs/proofs.js';
import { primaryInput, remoteInput } from '../../support/inputs.js';
import { newCluster, newWorker, type Results, totalChanged } from '../../support/lab-mesh.js';
import { grantReleases } from './support/lab-helm.js';

const STEPS = [
  'prepareNamespace',
  'installRemote',
  'registerRemote',
  'activateInjection',
  'verifyRemote',
  'labelNamespaces',
  'verifyInjection',
] as const;

/** A worker that has just started, with Helm and the charts of the lab. */
async function helmWorker(): Promise<ActivityDependencies> {
  const [{ helm }, charts] = await Promise.all([
    ensureTools({ names: ['helm'] }),
    ensureCharts({ releases: ['1.31'] }),
  ]);
  const folder = charts['1.31'];
  const settings = { base: join(folder, 'base'), istiod: join(folder, 'istio-discovery') };
  const installers = new Installers({ istioctl: [], helm, charts: { '1.31': settings } });
  return { ...(await newWorker()), installers };
}

describe('a mesh whose document says installer: helm', () => {
  let hub: LabCluster;
  let remote: LabCluster;
  let input: RemoteInput;

  beforeAll(async () => {
    [hub, remote] = await Promise.all([
      newCluster('helm-hub', { role: 'primary' }),
      newCluster('helm-remote', { controllers: 'few' }),
    ]);
    await Promise.all([grantReleases(hub, 'primary'), grantReleases(remote, 'remote')]);
    const namespaces = [{ name: 'default', injection: 'enabled' }];
    const mesh = { primary: hub.name, mesh: `of-${hub.name}`, installer: 'helm' as const };
    input = remoteInput({ cluster: remote.name, namespaces, ...mesh });
  });

  async function rollOut(worker: ActivityDependencies, changes: Partial<RemoteInput> = {}): Promise<Results> {
    const activities = createActivities(worker);
    const { primary, mesh, installer } = input;
    const results: Results = {};
    const own = primaryInput({ primary, mesh, installer });
    results.deployPrimary = await retried(() => run(activities.deployPrimary, own));
    results.collectEndpoints = await retried(() => run(activities.collectEndpoints, own));
    let wasLive = false;
    for (const name of STEPS) {
      const call: InjectionInput = { ...input, ...changes, wasLive };
      const activity = activities[name] as (input: InjectionInput) => Promise<StepResult>;
      const result: StepResult & { injectorWasLive?: boolean } = await retried(() => run(activity, call));
      wasLive = result.injectorWasLive ?? wasLive;
      results[name] = result;
    }
    return results;
  }

  async function plan(worker: ActivityDependencies) {
    const activities = createActivities(worker);
    const { primary, mesh, installer } = input;
    const ofPrimary = await run(activities.planPrimary, primaryInput({ primary, mesh, installer }));
    const { controlPlaneMoves } = ofPrimary;
    return [ofPrimary, await run(activities.planRemote, { ...input, controlPlaneMoves })];
  }

  test('is planned, then attached: every proof holds, and a Pod has its sidecar', async () => {
    const worker = await helmWorker();
    const planned = await plan(worker);
    expect(planned.map(({ problems }) => problems)).toEqual([[], []]);
    expect(planned.every(({ counts }) => counts.create > 20)).toBe(true);
    const results = await rollOut(worker);
    await expectAttached({ primary: hub } as Parameters<typeof expectAttached>[0], remote);
    expect(results.verifyInjection).toMatchObject({
      proofs: [{ what: 'injection', value: 'default', proven: true }],
    });
  });

  test('stays as it is the second time, and its plan has no change', async () => {
    const before = await versionsAtRest([hub, remote]);
    const worker = await helmWorker();
    for (const each of await plan(worker)) {
      const { create, change, prune, label } = each.counts;
      expect({ create, change, prune, label }, JSON.stringify(each)).toEqual({
        create: 0,
        change: 0,
        prune: 0,
        label: 0,
      });
    }
    expect(totalChanged(await rollOut(worker))).toBe(0);
    expect([await resourceVersions(hub), await resourceVersions(remote)]).toEqual(before);
  });

  test('is found by the checks of a document that says istioctl', async () => {
    const { inspectClusters } = createActivities(await helmWorker());
    const { primary, mesh, release, revision, istioNamespace, meshID, network, namespaces } = input;
    const settings = { primary, mesh, release, revision, istioNamespace, meshID, network, namespaces };
    const inspect = { ...settings, installer: 'istioctl' as const, facts: { cni: false } };
    const [found] = await run(inspectClusters, {
      ...inspect,
      clusters: [{ cluster: remote.name, role: 'remote' as const }],
    });
    expect(found?.findings).toMatchObject([{ code: 'installer-differs', severity: 'block' }]);
  });

  test('is not rendered by a worker without charts of the release', async () => {
    const worker = { ...(await helmWorker()), installers: new Installers({ istioctl: [] }) };
    const failure = await failureOf(run(createActivities(worker).installRemote, input));
    expect(failure).toMatchObject({ type: 'tool-version-differs', nonRetryable: false });
  });
});
