import { describe, expect, it } from 'vitest';
import {
  ensureRelease,
  planRelease,
} from '../../../../../src/istio/installers/helm/release/ensure-release.js';
import { rolloutLabels } from '../../../../../src/istio/installers/helm/release/pending-release.js';
import { parseHelmManifest, type WantedRelease } from '../../../../../src/istio/installers/helm/renderer.js';
import { DryRunClient } from '../../../../../src/kubernetes/client/dry-run-client.js';
import { clientOf } from '../../../../kubernetes/support/stub-api-server.js';
import { type FakeHelm, fakeHelm } from '../support/fake-helm.js';
import {
  type RevisionSettings,
  revisionOf,
  type StubCluster,
  startStubCluster,
} from '../support/stub-cluster.js';

const signal = new AbortController().signal;
const name = { release: 'istiod', namespace: 'istio-system' };
const MANIFEST = `---
# Source: istiod/templates/configmap-values.yaml
apiVersion: v1
kind: ConfigMap
metadata: { name: values, namespace: istio-system, labels: { app: istiod } }
data: { text: new }
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: istio-validator }
webhooks:
  - name: rev.validation.istio.io
    clientConfig: { service: { name: istiod, namespace: istio-system } }
`;
const VALUES = { global: { network: 'network1' }, revision: null };
const CONFIG_MAP = '/api/v1/namespaces/istio-system/configmaps/values';
const VALIDATOR = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/istio-validator';

function wanted(manifest = MANIFEST): WantedRelease {
  const chart = { path: '/charts/istiod', name: 'istiod', version: '1.31.0', appVersion: '1.31.0' };
  return { ...name, chart, values: VALUES, manifest, objects: parseHelmManifest(manifest, name) };
}

/** A cluster just as Helm and istiod leave it. */
async function installed(revision: RevisionSettings = {}): Promise<StubCluster> {
  const [configMap, validator] = wanted().objects.map(({ json }) => JSON.parse(json));
  const ca = { ...validator.webhooks[0].clientConfig, caBundle: 'Q0E=' };
  const live = {
    ...validator,
    webhooks: [{ ...validator.webhooks[0], clientConfig: ca, failurePolicy: 'Fail' }],
  };
  return startStubCluster({
    ...revisionOf({ manifest: MANIFEST, values: { global: { network: 'network1' } }, ...revision }),
    [CONFIG_MAP]: { ...configMap, metadata: { ...configMap.metadata, uid: 'u', resourceVersion: '7' } },
    [VALIDATOR]: live,
  });
}

async function ensure(cluster: StubCluster, { helm }: FakeHelm, takeOwnership = false, release = wanted()) {
  const client = await clientOf(cluster.url);
  return ensureRelease(client, helm, release, { rolloutId: 'r-1', takeOwnership, signal });
}

/** A Helm that leaves the next revision in the cluster. */
async function workingHelm(cluster: StubCluster, version: number): Promise<FakeHelm> {
  const fake = await fakeHelm({ upgrade: 'true' });
  const { upgrade } = fake.helm;
  fake.helm.upgrade = async (...args) => {
    await upgrade.apply(fake.helm, args);
    for (const [path, secret] of Object.entries(revisionOf({ version }))) cluster.objects.set(path, secret);
  };
  return fake;
}

describe('ensureRelease', () => {
  it('runs no Helm where nothing differs: istiod has its own fields, and a null is no value', async () => {
    const cluster = await installed();
    const fake = await fakeHelm();
    expect(await ensure(cluster, fake)).toEqual({ objects: 2, changed: 0 });
    expect(await fake.calls()).toEqual([]);
    expect(cluster.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  it('takes a first installation for the same, though it set the failure policy', async () => {
    const cluster = await installed({ manifest: `${MANIFEST}    failurePolicy: Ignore\n` });
    expect(await ensure(cluster, await fakeHelm())).toEqual({ objects: 2, changed: 0 });
  });

  it('installs a release that is not there', async () => {
    const cluster = await startStubCluster();
    const fake = await workingHelm(cluster, 1);
    expect(await ensure(cluster, fake)).toEqual({ objects: 2, changed: 2 });
    expect(await fake.calls()).toHaveLength(1);
  });

  it.each([
    ['it renders otherwise', { manifest: MANIFEST.replace('text: new', 'text: old') }, 1],
    ['it has other values', { values: { global: { network: 'network2' } } }, 1],
    ['it was made of another chart', { chartVersion: '1.30.4' }, 1],
    ['it has failed', { status: 'failed' }, 1],
    [
      'it had an object more',
      {
        manifest: `${MANIFEST}---\napiVersion: v1\nkind: Service\nmetadata: {name: old, namespace: istio-system}\n`,
      },
      1,
    ],
  ])('upgrades a release when %s', async (_, revision, changed) => {
    const cluster = await installed(revision);
    cluster.objects.set('/api/v1/namespaces/istio-system/services/old', {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'old' },
    });
    const fake = await workingHelm(cluster, 2);
    expect(await ensure(cluster, fake)).toEqual({ objects: 2, changed });
    expect(await fake.calls()).toHaveLength(1);
  });

  it('upgrades a release whose object somebody has deleted', async () => {
    const cluster = await installed();
    cluster.objects.delete(CONFIG_MAP);
    const fake = await workingHelm(cluster, 2);
    expect(await ensure(cluster, fake)).toEqual({ objects: 2, changed: 1 });
  });

  it('asks the API server whether a value that looks otherwise is another one', async () => {
    const cluster = await installed();
    const [live] = wanted(MANIFEST.replace('text: new', 'text: changed')).objects;
    cluster.objects.set(CONFIG_MAP, JSON.parse(live?.json ?? ''));
    // The stub's dry run leaves the object as it is.
    expect(await ensure(cluster, await fakeHelm())).toEqual({ objects: 2, changed: 0 });
    const [tried] = cluster.requests.filter(({ method }) => method === 'PATCH');
    expect(tried?.path).toContain('dryRun=All');
  });

  it('takes out the pending revision of a killed worker, and repeats its upgrade', async () => {
    const cluster = await installed();
    const pending = revisionOf({
      version: 2,
      status: 'pending-upgrade',
      labels: rolloutLabels('r-1'),
      manifest: MANIFEST,
    });
    for (const [path, secret] of Object.entries(pending)) cluster.objects.set(path, secret);
    cluster.objects.delete(CONFIG_MAP);
    const fake = await workingHelm(cluster, 2);
    await ensure(cluster, fake);
    expect(cluster.deleted).toEqual(Object.keys(pending));
    expect(await fake.calls()).toHaveLength(1);
  });

  it('refuses what another installer has made, unless the user lets it take that over', async () => {
    const cluster = await startStubCluster({
      [CONFIG_MAP]: {
        metadata: {
          name: 'values',
          namespace: 'istio-system',
          labels: { 'operator.istio.io/managed': 'Reconcile' },
        },
      },
    });
    const fake = await workingHelm(cluster, 1);
    await expect(ensure(cluster, fake)).rejects.toMatchObject({
      code: 'installer-conflict',
      message: 'another installer has made ConfigMap istio-system/values (istioctl)',
    });
    expect(await fake.calls()).toEqual([]);
    await ensure(cluster, fake, true);
    expect((await fake.calls())[0]?.args).toContain('--take-ownership');
  });

  it('does not believe a Helm whose release is not deployed afterwards', async () => {
    const cluster = await startStubCluster();
    await expect(ensure(cluster, await fakeHelm())).rejects.toMatchObject({
      code: 'install-failed',
      message: 'helm upgrade has succeeded, and release istio-system/istiod is not there',
    });
  });
});

describe('planRelease', () => {
  it('notes every object as Helm would leave it, and changes nothing', async () => {
    const service = '---\napiVersion: v1\nkind: Service\nmetadata: {name: old, namespace: istio-system}\n';
    const cluster = await installed({ manifest: MANIFEST + service });
    cluster.objects.set('/api/v1/namespaces/istio-system/services/old', {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'old' },
    });
    cluster.objects.delete(CONFIG_MAP);
    const dryRun = new DryRunClient(await clientOf(cluster.url));
    cluster.answer = withAppliedObjects(cluster);
    await planRelease(dryRun, wanted(), false, signal);
    expect(dryRun.outcomes.map(({ action, object }) => `${action} ${object.kind}`)).toEqual([
      'keep ValidatingWebhookConfiguration',
      'create ConfigMap',
      'prune Service',
    ]);
    const writes = cluster.requests.filter(({ method }) => method !== 'GET');
    expect(writes.every(({ path, body }) => /dryRun=All/.test(path) || /"dryRun":\["All"\]/.test(body))).toBe(
      true,
    );
  });
});

/** Answers a server-side apply with the object that was sent. */
function withAppliedObjects(cluster: StubCluster): StubCluster['answer'] {
  const { answer } = cluster;
  return (request, response) => {
    if (request.method !== 'PATCH') return answer(request, response);
    response.statusCode = 201;
    return JSON.parse(request.body);
  };
}
