import { beforeAll, describe, expect, test } from 'vitest';
import type { LabCluster } from '../../../../lab/lab.js';
import {
  addressesOf,
  readyControlPlanePods,
} from '../../../../src/istio/control-plane/control-plane-pods.js';
import { readMeshRoot } from '../../../../src/istio/control-plane/root-certificate.js';
import { writeEndpoints } from '../../../../src/istio/endpoints/endpoints.js';
import { checkInjectorCA } from '../../../../src/istio/inject/injector-webhook.js';
import type { InjectorPhase } from '../../../../src/istio/installers/helm/chart-values.js';
import {
  keepSlice,
  writeControlPlaneService,
} from '../../../../src/istio/installers/helm/control-plane-service.js';
import { findOtherInstallers } from '../../../../src/istio/installers/helm/found-installers.js';
import { ensureRelease, planRelease } from '../../../../src/istio/installers/helm/release/ensure-release.js';
import { releaseNames } from '../../../../src/istio/installers/helm/release/ownership.js';
import { listRevisions } from '../../../../src/istio/installers/helm/release/stored-releases.js';
import { HelmRenderer } from '../../../../src/istio/installers/helm/renderer.js';
import { Charts } from '../../../../src/istio/installers/helm/tool/charts.js';
import { DryRunClient } from '../../../../src/kubernetes/client/dry-run-client.js';
import type { RemoteInput } from '../../../../src/rollout/resolve/resolved.js';
import { inputFor, newCluster, newWorker, step, useHub } from '../../support/lab-mesh.js';
import { grantReleases, labHelm, resourceVersions } from './support/lab-helm.js';

const signal = AbortSignal.timeout(600_000);
const names = releaseNames('default', 'istio-system');

describe('a remote installed with Helm', () => {
  let remote: LabCluster;
  let input: RemoteInput;

  beforeAll(async () => {
    remote = await newCluster('helm');
    input = await inputFor(remote, { installer: 'helm' });
    await grantReleases(remote);
  }, 300_000);

  test('is planned, installed in two phases, injects, and stays as it is', async () => {
    const worker = await newWorker();
    const { helm, settings } = await labHelm();
    const renderer = new HelmRenderer(helm, new Charts(helm, settings));
    const client = await worker.clusters.get(remote.name);
    const primary = await worker.clusters.get((await useHub()).name);
    const options = { rolloutId: input.rolloutId, takeOwnership: false, signal };

    await step(worker, 'prepareNamespace', input);
    const addresses = addressesOf(await readyControlPlanePods(primary, input, signal));

    async function install(phase: InjectorPhase): Promise<number> {
      const { base, istiod } = await renderer.remote(input, phase, signal);
      const service = Number(await writeControlPlaneService(client, input, signal));
      const endpoints = await writeEndpoints(client, input, addresses, signal);
      const kept = Number(await keepSlice(client, input, signal));
      const first = await ensureRelease(client, helm, base, options);
      const second = await ensureRelease(client, helm, istiod, options);
      return service + endpoints + kept + first.changed + second.changed;
    }

    const absent: InjectorPhase = { injector: 'absent' };
    const dryRun = new DryRunClient(client);
    const wanted = await renderer.remote(input, absent, signal);
    await planRelease(dryRun, wanted.base, false, signal);
    await planRelease(dryRun, wanted.istiod, false, signal);
    const planned = dryRun.outcomes.map(({ action, object: { kind, name } }) => `${action} ${kind} ${name}`);

    const objects = wanted.base.objects.length + wanted.istiod.objects.length;
    expect(planned.filter((line) => line.startsWith('create'))).toHaveLength(objects);
    expect(await install(absent)).toBeGreaterThanOrEqual(objects);
    expect(
      await client.get(
        '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/istio-sidecar-injector',
      ),
    ).toBeUndefined();
    expect(await findOtherInstallers(client, input, 'helm', { signal })).toEqual([]);
    expect(await findOtherInstallers(client, input, 'istioctl', { signal })).toContain(
      'ConfigMap istio-system/values (Helm release istio-system/istiod)',
    );

    await step(worker, 'registerRemote', input);
    const root = await readMeshRoot(primary, 'istio-system', signal);
    const present: InjectorPhase = { injector: 'present', root };
    await install(present);
    await checkInjectorCA(client, 'default', root, signal);
    const injects = await step(worker, 'labelNamespaces', input);
    expect(injects.changed).toBe(1);
    await step(worker, 'verifyInjection', input);
    await step(worker, 'verifyRemote', input);

    const before = await resourceVersions(remote);
    const revisions = await listRevisions(client, names.istiod, signal);
    expect(revisions.map(({ version, status }) => [version, status])).toEqual([
      [2, 'deployed'],
      [1, 'superseded'],
    ]);
    expect(await install(present)).toBe(0);
    expect(await resourceVersions(remote)).toEqual(before);

    const again = new DryRunClient(client);
    const complete = await renderer.remote(input, present, signal);
    await planRelease(again, complete.base, false, signal);
    await planRelease(again, complete.istiod, false, signal);
    expect(again.outcomes.filter(({ action }) => action !== 'keep')).toEqual([]);
    expect(again.outcomes).toHaveLength(complete.base.objects.length + complete.istiod.objects.length);
  }, 300_000);
});
