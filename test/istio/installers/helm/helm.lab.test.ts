import { beforeAll, describe, expect, test } from 'vitest';
import type { ActivityDependencies } from '../../../../activities/dependencies.js';
import { belongsToReleases, releaseNames } from '../../../../src/istio/apply/helm-marks.js';
import { findOtherInstallers } from '../../../../src/istio/checks/found-installers.js';
import {
  addressesOf,
  readyControlPlanePods,
} from '../../../../src/istio/control-plane/control-plane-pods.js';
import { preparePrimaryNamespace } from '../../../../src/istio/control-plane/istio-namespace.js';
import { readMeshRoot } from '../../../../src/istio/control-plane/root-certificate.js';
import { readEndpoints, writeEndpoints } from '../../../../src/istio/endpoints/endpoints.js';
import { checkInjectorCA } from '../../../../src/istio/inject/injector-webhook.js';
import type { InjectorPhase } from '../../../../src/istio/installers/helm/chart-values.js';
import {
  keepSlice,
  writeControlPlaneService,
} from '../../../../src/istio/installers/helm/control-plane-service.js';
import {
  injectorsOf,
  removeDefaultTag,
  removeInjectors,
} from '../../../../src/istio/installers/helm/injector.js';
import {
  ensureRelease,
  planRelease,
  readRelease,
} from '../../../../src/istio/installers/helm/release/ensure-release.js';
import { listRevisions } from '../../../../src/istio/installers/helm/release/stored-releases.js';
import { HelmRenderer, type WantedReleases } from '../../../../src/istio/installers/helm/renderer.js';
import {
  replacesControlPlane,
  setReplacementPhase,
} from '../../../../src/istio/installers/helm/replacement.js';
import { Charts } from '../../../../src/istio/installers/helm/tool/charts.js';
import { isOfIstioctl } from '../../../../src/istio/installers/istioctl/istioctl-installer.js';
import type { ClusterClient } from '../../../../src/kubernetes/client/cluster-client.js';
import { DryRunClient } from '../../../../src/kubernetes/client/dry-run-client.js';
import {
  type Deployment,
  readDeploymentReadiness,
} from '../../../../src/kubernetes/facts/deployment-readiness.js';
import type { RemoteInput, Values } from '../../../../src/rollout/resolve/resolved.js';
import { until } from '../../../support/wait.js';
import { primaryInput } from '../../support/inputs.js';
import { attach, inputFor, newCluster, newWorker, step, useHub } from '../../support/lab-mesh.js';
import { grantReleases, killHelm, labHelm, resourceVersions, upgradeByHand } from './support/lab-helm.js';

const signal = AbortSignal.timeout(900_000);
const NAMES = releaseNames('default', 'istio-system');
const ABSENT: InjectorPhase = { injector: 'absent' };
const INJECTOR = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/istio-sidecar-injector';

let worker: ActivityDependencies;
let primary: ClusterClient;

beforeAll(async () => {
  worker = await newWorker();
  primary = await worker.clusters.get((await useHub()).name);
}, 300_000);

/**
 * A cluster in which Helm may install, and what it is installed with. The steps that do not differ between istioctl and Helm
 * run as they do for istioctl.
 */
async function newRemote(changes: Partial<RemoteInput> = {}) {
  const cluster = await newCluster('helm');
  await grantReleases(cluster, 'remote');
  const input = await inputFor(cluster, changes);
  const { helm, settings } = await labHelm();
  const renderer = new HelmRenderer(helm, new Charts(helm, settings));
  const client = await worker.clusters.get(cluster.name);
  return { cluster, input, helm, settings, renderer, client };
}

type Remote = Awaited<ReturnType<typeof newRemote>>;

/** What the steps of a remote will do; returns how many objects were changed. */
async function install(
  { client, input, renderer, helm }: Remote,
  phase: InjectorPhase,
  takeOwnership = false,
): Promise<number> {
  const options = { rolloutId: input.rolloutId, takeOwnership, signal };
  const { base, istiod } = await renderer.remote(input, phase, signal);
  const addresses = addressesOf(await readyControlPlanePods(primary, input, signal));
  const service = Number(await writeControlPlaneService(client, input, signal));
  const endpoints = await writeEndpoints(client, input, addresses, signal);
  const kept = Number(await keepSlice(client, input, signal));
  const first = await ensureRelease(client, helm, base, options);
  const second = await ensureRelease(client, helm, istiod, options);
  return service + endpoints + kept + first.changed + second.changed;
}

async function present(): Promise<InjectorPhase> {
  return { injector: 'present', root: await readMeshRoot(primary, 'istio-system', signal) };
}

async function plan(client: ClusterClient, { base, istiod }: WantedReleases): Promise<string[]> {
  const dryRun = new DryRunClient(client);
  await planRelease(dryRun, base, false, signal);
  await planRelease(dryRun, istiod, false, signal);
  return dryRun.outcomes.map(({ action, object: { kind, name } }) => `${action} ${kind} ${name}`);
}

async function revisions(client: ClusterClient, name = NAMES.istiod): Promise<string[]> {
  const all = await listRevisions(client, name, signal);
  return all.map(({ version, status }) => `${version} ${status}`);
}

describe('a remote installed with Helm', () => {
  test('is planned, installed in two phases, injects, and stays as it is', async () => {
    const remote = await newRemote();
    const { client, input, renderer, cluster } = remote;
    await step(worker, 'prepareNamespace', input);
    const absent = await renderer.remote(input, ABSENT, signal);
    const objects = absent.base.objects.length + absent.istiod.objects.length;
    const planned = await plan(client, absent);
    expect(planned.filter((line) => line.startsWith('create'))).toHaveLength(objects);

    expect(await install(remote, ABSENT)).toBeGreaterThanOrEqual(objects);
    expect(await client.get(INJECTOR)).toBeUndefined();
    expect(await findOtherInstallers(client, input, belongsToReleases, { signal })).toEqual([]);
    expect(await findOtherInstallers(client, input, isOfIstioctl, { signal })).toContain(
      'ConfigMap istio-system/values (Helm release istio-system/istiod)',
    );

    await step(worker, 'registerRemote', input);
    const on = await present();
    expect(await plan(client, await renderer.remote(input, on, signal))).toContain(
      'create MutatingWebhookConfiguration istio-sidecar-injector',
    );
    await install(remote, on);
    // At once: it needs no istiod that writes the CA.
    const root = await readMeshRoot(primary, 'istio-system', signal);
    await checkInjectorCA(client, 'default', root, signal);
    await step(worker, 'labelNamespaces', input);
    await step(worker, 'verifyInjection', input);
    await step(worker, 'verifyRemote', input);

    const before = await resourceVersions(cluster);
    expect(await revisions(client)).toEqual(['2 deployed', '1 superseded']);
    expect(await install(remote, on)).toBe(0);
    expect(await resourceVersions(cluster)).toEqual(before);
    const again = await plan(client, await renderer.remote(input, on, signal));
    expect(again.filter((line) => !line.startsWith('keep'))).toEqual([]);
    expect(again).toHaveLength(objects + 1);

    // What was taken back comes again.
    const complete = await renderer.remote(input, on, signal);
    expect(await removeInjectors(client, injectorsOf(complete.istiod), signal)).toBe(1);
    expect(await install(remote, on)).toBe(1);
    await checkInjectorCA(client, 'default', root, signal);
  }, 300_000);

  test('recovers from a Helm that was killed, and from one that was cancelled', async () => {
    const remote = await newRemote();
    const { client, input, renderer, helm } = remote;
    await step(worker, 'prepareNamespace', input);
    const { base } = await renderer.remote(input, ABSENT, signal);
    const options = { rolloutId: input.rolloutId, takeOwnership: false };
    const untilPending = () =>
      until('a pending release', async () =>
        (await revisions(client, NAMES.base)).includes('1 pending-install'),
      );

    const killed = ensureRelease(client, helm, base, { ...options, signal }).catch((error: Error) => error);
    await untilPending();
    await killHelm(helm, 'istio-base');
    expect(await killed).toMatchObject({ code: 'release-pending', transient: true });
    expect(await revisions(client, NAMES.base)).toEqual(['1 pending-install']);

    const abort = new AbortController();
    const cancelled = ensureRelease(client, helm, base, { ...options, signal: abort.signal });
    cancelled.catch(() => {});
    await until('Helm to run again', async () => helm.isBusy(client, NAMES.base));
    await untilPending();
    abort.abort(new Error('cancelled'));
    await expect(cancelled).rejects.toThrow('cancelled');
    expect(await revisions(client, NAMES.base)).toEqual(['1 failed']);

    await install(remote, ABSENT);
    expect((await revisions(client, NAMES.base))[0]).toBe('2 deployed');
    expect(await install(remote, ABSENT)).toBe(0);
  }, 300_000);

  test('takes over a release that somebody has made with an address, without losing the Service', async () => {
    const remote = await newRemote();
    const { client, input, renderer, settings, helm, cluster } = remote;
    await step(worker, 'prepareNamespace', input);
    const { base } = await renderer.remote(input, ABSENT, signal);
    await ensureRelease(client, helm, base, { rolloutId: 'r', takeOwnership: false, signal });
    const values: Values = { profile: 'remote', global: { remotePilotAddress: '10.1.2.3' } };
    await upgradeByHand(cluster, 'istiod', settings.istiod, values);
    const path = '/api/v1/namespaces/istio-system/services/istiod';
    const service = await client.get<{ metadata: { uid: string } }>(path);
    await install(remote, ABSENT);
    expect((await client.get<{ metadata: { uid: string } }>(path))?.metadata.uid).toBe(service?.metadata.uid);
    const pods = await readyControlPlanePods(primary, input, signal);
    expect(await readEndpoints(client, input, signal)).toEqual(addressesOf(pods));
    expect(await install(remote, ABSENT)).toBe(0);
  }, 300_000);

  test('takes over what istioctl has installed, when the user lets it', async () => {
    const remote = await newRemote();
    const { client, input, cluster } = remote;
    await attach(worker, cluster);
    const on = await present();
    await expect(install(remote, on)).rejects.toMatchObject({
      code: 'installer-conflict',
      message: expect.stringContaining('(istioctl)'),
    });
    await install(remote, on, true);
    await removeDefaultTag(client, input, signal);
    expect(await findOtherInstallers(client, input, belongsToReleases, { signal })).toEqual([]);
    expect(await install(remote, on)).toBe(0);
    await step(worker, 'verifyInjection', input);
  }, 300_000);
});

describe('a primary installed with Helm', () => {
  test('gets its injector last, stays as it is, and keeps old Pods while istiod is replaced', async () => {
    const cluster = await newCluster('helm-hub', { role: 'primary' });
    await grantReleases(cluster, 'primary');
    const { helm, settings } = await labHelm();
    const renderer = new HelmRenderer(helm, new Charts(helm, settings));
    const client = await worker.clusters.get(cluster.name);
    const input = primaryInput({ primary: cluster.name, mesh: `of-${cluster.name}`, installer: 'helm' });
    const deployment = '/apis/apps/v1/namespaces/istio-system/deployments/istiod';

    async function deploy(phase: InjectorPhase, values: Values = {}): Promise<number> {
      const options = { rolloutId: input.rolloutId, takeOwnership: false, signal };
      const { base, istiod } = await renderer.primary({ ...input, values }, phase, 'default', signal);
      const first = await ensureRelease(client, helm, base, options);
      const second = await ensureRelease(client, helm, istiod, options);
      const standing = Number(await setReplacementPhase(client, input, 'standing', signal));
      return first.changed + second.changed + standing;
    }

    await preparePrimaryNamespace(client, input, signal);
    await deploy(ABSENT);
    await until('istiod to be Ready', async () => {
      return (await readDeploymentReadiness(client, 'istio-system', 'istiod')).ready;
    });
    expect(await client.get(INJECTOR)).toBeUndefined();
    let root = '';
    await until('the root certificate', async () => {
      root = await readMeshRoot(client, 'istio-system', signal).catch(() => '');
      return root !== '';
    });
    const on: InjectorPhase = { injector: 'present', root };
    await deploy(on);
    await checkInjectorCA(client, 'default', root, signal);
    const before = await resourceVersions(cluster);
    expect(await deploy(on)).toBe(0);
    expect(await resourceVersions(cluster)).toEqual(before);

    const values = { pilot: { env: { SOMETHING_NEW: 'yes' } } };
    const { base, istiod } = await renderer.primary({ ...input, values }, on, 'default', signal);
    const same = await renderer.primary(input, on, 'default', signal);
    const stored = await readRelease(client, NAMES.istiod, signal);
    expect(await replacesControlPlane(client, input, same.istiod, stored, signal)).toBe(false);
    expect(await replacesControlPlane(client, input, istiod, stored, signal)).toBe(true);
    await setReplacementPhase(client, input, 'replacing', signal);
    const options = { rolloutId: input.rolloutId, takeOwnership: false, signal };
    await ensureRelease(client, helm, base, options);
    await ensureRelease(client, helm, istiod, options);
    const held = await client.get<Deployment>(deployment);
    expect(held?.spec).toMatchObject({ minReadySeconds: 86_400 });
    await until('both Pods of istiod to be Ready', async () => {
      return (await client.get<Deployment>(deployment))?.status?.readyReplicas === 2;
    });
    await setReplacementPhase(client, input, 'standing', signal);
    expect(await deploy(on, values)).toBe(0);
    const validator = await client.get<{ webhooks: { failurePolicy: string }[] }>(
      '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/istio-validator-istio-system',
    );
    expect(validator?.webhooks[0]?.failurePolicy).toBe('Fail');
  }, 300_000);
});
