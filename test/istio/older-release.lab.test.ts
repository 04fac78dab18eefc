import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ActivityDependencies } from '../../activities/dependencies.js';
import { createActivities } from '../../activities/index.js';
import { ensureCharts } from '../../lab/tools/charts.js';
import { ensureTools } from '../../lab/tools/tools.js';
import { Installers } from '../../src/istio/installers/installers.js';
import type { InjectionInput } from '../../src/rollout/activities.js';
import type { StepResult } from '../../src/rollout/progress/step-results.js';
import { retried, run } from '../activities/support.js';
import { grantReleases } from './installers/helm/support/lab-helm.js';
import { primaryInput, remoteInput } from './support/inputs.js';
import { newCluster, newWorker } from './support/lab-mesh.js';

const RELEASE = '1.30';
const STEPS = [
  'prepareNamespace',
  'installRemote',
  'registerRemote',
  'activateInjection',
  'verifyRemote',
  'labelNamespaces',
  'verifyInjection',
] as const;

/** A worker that serves two releases with both installers. */
async function worker(): Promise<ActivityDependencies> {
  const [tools, charts] = await Promise.all([
    ensureTools({ names: ['istioctl', 'istioctl-1.30', 'helm'] }),
    ensureCharts({ releases: [RELEASE] }),
  ]);
  const folder = charts[RELEASE];
  const settings = { base: join(folder, 'base'), istiod: join(folder, 'istio-discovery') };
  const installers = new Installers({
    istioctl: [tools.istioctl, tools['istioctl-1.30']],
    helm: tools.helm,
    charts: { [RELEASE]: settings },
  });
  return { ...(await newWorker()), installers };
}

describe.each(['istioctl', 'helm'] as const)('release 1.30 by %s', (installer) => {
  test('is attached, keeps its endpoints when the remote secret changes, and stays as it is', async () => {
    const [hub, remote] = await Promise.all([
      newCluster('older-hub', { role: 'primary' }),
      newCluster('older', { controllers: 'few' }),
    ]);
    if (installer === 'helm')
      await Promise.all([grantReleases(hub, 'primary'), grantReleases(remote, 'remote')]);
    const dependencies = await worker();
    const activities = createActivities(dependencies);
    // Charts that were not released name an image without a version.
    const values = installer === 'helm' ? { global: { tag: '1.30.0' } } : {};
    const mesh = { release: RELEASE, installer, values, primary: hub.name, mesh: `of-${hub.name}` };
    const input = remoteInput({
      ...mesh,
      cluster: remote.name,
      namespaces: [{ name: 'default', injection: 'enabled' }],
    });
    const rollOut = async () => {
      let changed = (await retried(() => run(activities.deployPrimary, primaryInput(mesh)))).changed;
      for (const name of STEPS) {
        const activity = activities[name] as (input: InjectionInput) => Promise<StepResult>;
        changed += (await retried(() => run(activity, { ...input, wasLive: false }))).changed;
      }
      return changed;
    };
    expect(await rollOut()).toBeGreaterThan(20);
    const pods = await hub.api.get<{ items: { spec: { containers: { image: string }[] } }[] }>(
      '/api/v1/namespaces/istio-system/pods?labelSelector=app%3Distiod',
    );
    expect(pods.items[0]?.spec.containers[0]?.image).toContain(':1.30');

    // As after a renewed token: the text of the secret is another one.
    const path = `/api/v1/namespaces/istio-system/secrets/istio-remote-secret-${remote.name}`;
    const data = { [remote.name]: Buffer.from('# stale').toString('base64') };
    await hub.api.patch(path, 'merge-patch+json', { data });
    await retried(() => run(activities.registerRemote, input));
    const verified = await retried(() => run(activities.verifyRemote, input));
    expect(verified.proofs.filter(({ proven }) => !proven)).toEqual([]);
    expect(verified.proofs).toContainEqual({
      what: 'endpoints of the remote',
      value: 'known to 1 istiod',
      proven: true,
    });
    expect(await rollOut()).toBe(0);
  });
});
