import { beforeAll, describe, expect, it } from 'vitest';
import { createActivities } from '../../activities/index.js';
import type { LabCluster } from '../../lab/lab.js';
import type { RemoteInput } from '../../src/rollout/resolve/resolved.js';
import { failureOf, retried, run } from '../activities/support.js';
import { clusterOfSidecar, type Pod } from '../e2e/proofs/proofs.js';
import { istiodPods } from '../e2e/support/istiod.js';
import { until } from '../support/wait.js';
import { remoteInput } from './support/inputs.js';
import { deploy, newCluster, newWorker, step } from './support/lab-mesh.js';

const INJECTOR = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/istio-sidecar-injector';

describe('when istiod dies after the injector was switched on', () => {
  let hub: LabCluster;
  let remote: LabCluster;
  let input: RemoteInput;

  beforeAll(async () => {
    [hub, remote] = await Promise.all([
      newCluster('mortal', { role: 'primary' }),
      newCluster('middle', { controllers: 'few' }),
    ]);
    const labels = { 'istio-injection': 'enabled' };
    await remote.api.patch('/api/v1/namespaces/default', 'merge-patch+json', { metadata: { labels } });
    await remote.addNamespace('later');
    const namespaces = ['default', 'later'].map((name) => ({ name, injection: 'enabled' }));
    input = remoteInput({ cluster: remote.name, primary: hub.name, mesh: `of-${hub.name}`, namespaces });
    const worker = await newWorker();
    await deploy(worker, hub);
    for (const name of ['prepareNamespace', 'installRemote', 'registerRemote', 'activateInjection'] as const)
      await step(worker, name, input);
  });

  /** Creates a Pod as a dry run; returns the cluster of its sidecar. */
  async function podIn(namespace: string): Promise<string | undefined> {
    const pod = { metadata: { name: 'any' }, spec: { containers: [{ name: 'app', image: 'app' }] } };
    return clusterOfSidecar(
      await remote.api.post<Pod>(`/api/v1/namespaces/${namespace}/pods?dryRun=All`, pod),
    );
  }

  async function scale(replicas: number): Promise<void> {
    await hub.api.patch('/apis/apps/v1/namespaces/istio-system/deployments/istiod', 'merge-patch+json', {
      spec: { replicas },
    });
    await until(`istiod has ${replicas} Pods`, async () => (await istiodPods(hub)).length === replicas);
  }

  it.each(['labelNamespaces', 'verifyInjection'] as const)('%s switches it off again', async (name) => {
    expect(await podIn('default')).toBe(remote.name);
    await scale(0);
    const activities = createActivities(await newWorker());
    const attempt = run(activities[name] as typeof activities.labelNamespaces, { ...input, wasLive: false });
    expect(await failureOf(attempt)).toMatchObject({ type: 'injection-missing', nonRetryable: false });
    expect(await podIn('default')).toBeUndefined();
    expect(await podIn('later')).toBeUndefined();
    const { webhooks } = await remote.api.get<{ webhooks: { namespaceSelector: object }[] }>(INJECTOR);
    expect(JSON.stringify(webhooks.map(({ namespaceSelector }) => namespaceSelector))).toContain(
      'deactivated',
    );

    await scale(1);
    const { primary, istioNamespace, revision, release, installer } = input;
    const source = { primary, istioNamespace, revision, release, installer, patienceMs: 60_000 };
    const { failed } = await retried(() =>
      run(activities.pointRemotes, { ...source, clusters: [remote.name] }),
    );
    expect(failed).toEqual([]);
    await step(await newWorker(), name, input);
    expect(await podIn('default')).toBe(remote.name);
    expect(await podIn('later')).toBe(remote.name);
  });
});
