import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LabCluster } from '../../lab/lab.js';
import { rolloutWorkflowId } from '../../src/rollout/names.js';
import type { ClusterView } from '../../src/temporal/reading/rollout-view.js';
import { useProduct } from '../support/product.js';
import { mesh as cli, temporal } from '../support/run.js';
import { until } from '../support/wait.js';
import { PodStream } from './proofs/pod-stream.js';
import { expectAttached } from './proofs/proofs.js';
import * as api from './support/api.js';
import { type Fleet, freshFleet } from './support/fleet.js';
import { useKubeconfigs } from './support/inventory.js';
import { istiodOf, istiodPods, restartIstiod } from './support/istiod.js';
import { openRefusingFront, type RefusingFront } from './support/refusing-front.js';

const CONFIGURATIONS = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';
const INJECTOR = `${CONFIGURATIONS}/istio-sidecar-injector`;
const DEFAULT_TAG = `${CONFIGURATIONS}/istio-revision-tag-default`;
const EVERY_MS = 500;
/** How often istiod is replaced on the way. */
const ISTIODS_ENDED = 6;

/** Busy namespaces in all remotes of one mesh, through everything that a rollout does: no Pod is ever refused. */
describe('a Pod that is created at any moment', () => {
  let fleet: Fleet;
  let streams: PodStream[];
  let front: RefusingFront;
  const remote = (index: number) => fleet.remote(index);

  beforeAll(async () => {
    await useProduct();
    const few = { controllers: 'few' } as const;
    fleet = await freshFleet([few, few]);
    front = await openRefusingFront(remote(0));
    await useKubeconfigs(fleet.lab, { [remote(0).name]: front.kubeconfigPath });
    for (const each of fleet.remotes) {
      await labelled(each);
      await each.addNamespace('later');
    }
    streams = fleet.remotes.map((each) => new PodStream(each, 'default', EVERY_MS));
  });
  afterAll(async () => {
    await Promise.all(streams.map((stream) => stream.stop()));
    await front.close();
    await fleet.remove();
  });

  /** Waits until each stream has shown some more Pods, and fails when one was refused. */
  async function nothingHappens(): Promise<void> {
    const seen = streams.map(({ tried }) => tried);
    await until('some more Pods', () => streams.every(({ tried }, index) => tried >= (seen[index] ?? 0) + 4));
    for (const stream of streams) stream.expectNoneRefused();
  }

  async function waveWaits(): Promise<void> {
    await until('the wave waits', async () => {
      const { waves } = await api.get(fleet.mesh);
      return waves[0]?.status === 'NeedsAttention';
    });
  }

  async function approve(wave: string): Promise<void> {
    const approved = await cli('approve', fleet.mesh, '--wave', wave);
    expect(approved.exitCode, approved.stderr).toBe(0);
  }

  async function rollsOut(over: object = {}): Promise<void> {
    await api.start(fleet.document(over));
    const done = await api.reaches(fleet.mesh, 'Succeeded');
    expect(new Set(done.clusters.map(({ status }) => status))).toEqual(new Set(['Succeeded']));
    for (const each of fleet.remotes) await expectAttached(fleet, each);
    await nothingHappens();
  }

  test('is not refused while its cluster is attached', async () => {
    await rollsOut();
    for (const stream of streams) expect(stream.injected).toBeGreaterThan(0);
  });

  test('is not refused by a second rollout', async () => {
    await rollsOut();
  });

  test('is not refused when new values restart istiod', async () => {
    const before = await istiodPods(fleet.primary);
    await rollsOut(restartingIstiod('once'));
    expect((await istiodPods(fleet.primary)).filter((name) => before.includes(name))).toEqual([]);
    expect((await istiodOf(fleet.primary)).spec.minReadySeconds).toBe(20);
  });

  test('is not refused while a rollout waits for an approval and istiod is restarted', async () => {
    const [first, second] = [remote(0), remote(1)];
    const waves = [
      { name: 'canary', clusters: [first.name], approval: 'after' },
      { name: 'others', clusters: [second.name] },
    ];
    await api.start(fleet.document({ ...restartingIstiod('once'), strategy: { waves } }));
    await waveWaits();
    await restartIstiod(fleet.primary);
    for (const each of fleet.remotes) await expectAttached(fleet, each);
    await nothingHappens();
    await approve('canary');
    await api.reaches(fleet.mesh, 'Succeeded');
  });

  test('is not refused while a rollout is parked at any step, and istiod is restarted meanwhile', async () => {
    const parked = remote(0);
    const namespaces = ['default', 'later'].map((name) => ({ name, injection: 'enabled' }));
    // The checks send some of the same requests, and so does whoever points remotes at a replaced istiod.
    const waves = [{ name: 'all', approval: 'before' }];
    await api.start(fleet.document({ ...restartingIstiod('once'), namespaces, strategy: { waves } }));
    await waveWaits();
    front.deny(STEPS[0]?.denied);
    await approve('all');
    for (const [index, { step }] of STEPS.entries()) {
      const isParked = (found: ClusterView) => found.status === 'NeedsAttention' && found.step === step;
      await api.cluster(fleet.mesh, parked.name, `is parked at ${step}`, isParked);
      // While it is parked it may be read by whoever keeps it pointed at istiod.
      front.deny(undefined);
      if (index === 0 || step === 'verify-injection') await restartIstiod(fleet.primary);
      await nothingHappens();
      front.deny(STEPS[index + 1]?.denied);
      const retried = await cli('retry', fleet.mesh, '--cluster', parked.name);
      expect(retried.exitCode, retried.stderr).toBe(0);
    }
    await api.reaches(fleet.mesh, 'Succeeded');
    await nothingHappens();
  });

  test('is not refused when a rollout is aborted while istiod is being replaced, and by the one after it', async () => {
    await api.start(fleet.document(restartingIstiod('twice')));
    const isReplaced = async () => ((await istiodOf(fleet.primary)).spec.minReadySeconds ?? 0) > 20;
    await until('istiod is being replaced', isReplaced, { timeoutMs: 120_000, intervalMs: 50 });
    const aborted = await cli('abort', fleet.mesh, '--reason', 'changed my mind');
    expect(aborted.exitCode, aborted.stderr).toBe(0);
    await api.reaches(fleet.mesh, 'Aborted');
    await nothingHappens();
    await rollsOut(restartingIstiod('twice'));
    expect((await istiodOf(fleet.primary)).spec.minReadySeconds).toBe(20);
  });

  test('is not refused when a rollout is terminated, and the next one takes its clusters over', async () => {
    await api.start(fleet.document(restartingIstiod('three times')));
    await until('a remote is at work', async () => {
      const { clusters } = await api.get(fleet.mesh);
      return clusters.some(({ role, status, step }) => role === 'remote' && status === 'Running' && step);
    });
    const ended = await temporal('workflow', 'terminate', '--workflow-id', rolloutWorkflowId(fleet.mesh));
    expect(ended.exitCode, ended.stderr).toBe(0);
    await rollsOut(restartingIstiod('three times'));
  });

  test('has had a sidecar ever since the first one that had', async () => {
    await Promise.all(streams.map((stream) => stream.stop()));
    for (const stream of streams) {
      stream.expectNoOutage();
      expect(stream.lostConnections, 'one at most for each istiod that ended').toBeLessThanOrEqual(
        ISTIODS_ENDED,
      );
    }
  });
});

describe('a Pod of a cluster that cannot reach istiod', () => {
  let fleet: Fleet;
  let stream: PodStream;
  const remote = () => fleet.remote(0);

  beforeAll(async () => {
    await useProduct();
    fleet = await freshFleet([{ controllers: 'few' }]);
    await labelled(remote());
    await remote().addNamespace('later');
    stream = new PodStream(remote(), 'default', EVERY_MS);
  });
  afterAll(async () => {
    await stream.stop();
    await fleet.remove();
  });

  const namespaces = ['default', 'later'].map((name) => ({ name, injection: 'enabled' }));
  const webhookCalls = () => fleet.lab.routes.get(`${remote().name}->istiod.${fleet.primary.name}`);
  const labelsOf = async (name: string) =>
    (await remote().api.get<{ metadata: { labels: object } }>(`/api/v1/namespaces/${name}`)).metadata.labels;

  test('is created as before: nothing is labelled, and the injector is off', async () => {
    webhookCalls().cut();
    await api.start(fleet.document({ namespaces, strategy: { progressDeadline: '1m' } }));
    const parked = await api.cluster(
      fleet.mesh,
      remote().name,
      'is parked',
      ({ status }) => status === 'NeedsAttention',
    );
    expect(parked).toMatchObject({
      step: 'activate-injection',
      attention: { code: 'progress-deadline-exceeded', message: expect.stringContaining('injector') },
    });
    // Not even switched off: it is applied when the trial has shown that it works.
    await expect(remote().api.get(INJECTOR)).rejects.toMatchObject({ status: 404 });
    expect(await labelsOf('later')).not.toHaveProperty('istio-injection');
    stream.expectNoneRefused();
  });

  test('is refused in the order of earlier versions, which switch the injector on before it is proven', async () => {
    await stream.stop();
    stream.expectNoneRefused();
    const planted = new PodStream(remote(), 'default', EVERY_MS);
    // In the primary the tag does the injecting.
    const { webhooks, ...kind } = await fleet.primary.api.get<WebhookConfiguration>(DEFAULT_TAG);
    await remote().api.post(CONFIGURATIONS, { ...kind, metadata: { name: 'too-early' }, webhooks });
    await until('a Pod is refused', () => {
      try {
        planted.expectNoneRefused();
        return false;
      } catch {
        return true;
      }
    });
    await planted.stop();
    expect(() => planted.expectNoOutage()).toThrow('Pods refused');
    await remote().api.delete(`${CONFIGURATIONS}/too-early`);
  });

  test('gets its sidecar when istiod can be reached', async () => {
    stream = new PodStream(remote(), 'default', EVERY_MS);
    webhookCalls().restore();
    const retried = await cli('retry', fleet.mesh, '--cluster', remote().name);
    expect(retried.exitCode, retried.stderr).toBe(0);
    await api.reaches(fleet.mesh, 'Succeeded');
    await until('a Pod has a sidecar', () => stream.injected > 2);
    stream.expectNoOutage();
    await expectAttached(fleet, remote(), 'later');
  });
});

interface WebhookConfiguration {
  readonly apiVersion: string;
  readonly kind: string;
  readonly webhooks: readonly object[];
}

/** For each step of a remote, a request of it that no earlier step sends. */
const STEPS = [
  { step: 'prepare-namespace', denied: /^GET \/api\/v1\/namespaces\/istio-system$/ },
  { step: 'install-remote', denied: /^GET .*\/clusterroles\// },
  { step: 'register-remote', denied: /^GET .*\/secrets\/istio-reader-/ },
  { step: 'activate-injection', denied: /^GET .*\/istio-system\/configmaps\/istio-ca-root-cert/ },
  { step: 'verify-remote', denied: /^GET .*\/endpointslices\?/ },
  { step: 'label-namespaces', denied: /^GET \/api\/v1\/namespaces\/later$/ },
  { step: 'verify-injection', denied: /^POST .*\/namespaces\/default\/pods\?/ },
] as const;

/** Values that give istiod another environment, and with it other Pods. */
function restartingIstiod(value: string): object {
  return { values: { pilot: { env: { RESTARTED: value } } } };
}

async function labelled(cluster: LabCluster): Promise<void> {
  const labels = { 'istio-injection': 'enabled' };
  await cluster.api.patch('/api/v1/namespaces/default', 'merge-patch+json', { metadata: { labels } });
}
