import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LabCluster } from '../../lab/lab.js';
import type { Product } from '../../lab/product.js';
import { isAnswer } from '../../lab/tolerate.js';
import { rolloutWorkflowId, SearchAttribute } from '../../src/rollout/names.js';
import type { ClusterView } from '../../src/temporal/reading/rollout-view.js';
import { useProduct } from '../support/product.js';
import { mesh as cli, temporal } from '../support/run.js';
import { until } from '../support/wait.js';
import { makeBusy, NAMESPACES } from './proofs/busy-namespaces.js';
import { expectToBecome, remoteSecretsOf, stateOf } from './proofs/end-state.js';
import { PodStream } from './proofs/pod-stream.js';
import { expectAttached } from './proofs/proofs.js';
import * as api from './support/api.js';
import { documentFile } from './support/document-file.js';
import { type Fleet, freshFleet } from './support/fleet.js';
import { type Gate, type Hold, openGate } from './support/gate.js';
import { holdInventory } from './support/held-inventory.js';
import { useKubeconfigs } from './support/inventory.js';
import { withdraw } from './support/withdraw.js';
import { killWorker, stopChild } from './support/worker-processes.js';

/**
 * Two meshes: the clusters of `harried` lose their worker in the middle of every step. Those of `calm` get through
 * undisturbed, which shows how every cluster is to look; its rollout is harried before that (`resolve`, `validate`) and
 * after (a second rollout, over Pods that are injected already).
 * In every remote, namespace `default` is labelled and busy from the beginning, and `later` is not labelled.
 */
describe('a worker that is killed in the middle of each step', () => {
  let product: Product;
  let calm: Fleet;
  let harried: Fleet;
  let streams: PodStream[];
  const gates = new Map<string, Gate>();

  beforeAll(async () => {
    product = await useProduct();
    const few = { controllers: 'few' } as const;
    [calm, harried] = await Promise.all([freshFleet([few]), freshFleet([few, few, few, few])]);
    const clusters = [calm.primary, ...calm.remotes, harried.primary, ...harried.remotes];
    await Promise.all(clusters.map(async (cluster) => void gates.set(cluster.name, await openGate(cluster))));
    const paths = [...gates].map(([name, { kubeconfigPath }]) => [name, kubeconfigPath] as const);
    await useKubeconfigs(calm.lab, Object.fromEntries(paths));
    await Promise.all(clusters.map(makeBusy));
    const busy = clusters.filter((cluster) => cluster !== calm.primary);
    streams = busy.map((cluster) => new PodStream(cluster));
  });
  afterAll(async () => {
    await Promise.all(streams.map((stream) => stream.stop()));
    await Promise.all([...gates.values()].map((gate) => gate.close()));
    if (!product.worker?.running) await product.startWorker();
    await Promise.all([calm.remove(), harried.remove()]);
  });
  const hold = (cluster: LabCluster, what: RegExp, when: 'before' | 'after'): Hold => {
    const gate = gates.get(cluster.name);
    if (!gate) throw new Error(`no gate before ${cluster.name}`);
    return gate.hold(what, when);
  };

  /**
   * Kills the worker while every one of these requests waits, and lets them go. A request is given up after 10 s and sent
   * again later, or never where it has already done its work; so some seconds after the first it kills at those that
   * wait, starts another worker, and kills that at the others.
   *
   * @returns the command lines of the children that the worker had at last
   */
  async function killWhile(...holds: Hold[]): Promise<string[]> {
    const waiting = () => holds.filter((each) => each.waiting > 0);
    const often = { intervalMs: 20 };
    if (holds.length > 0)
      await until('a request to wait', () => waiting().length > 0, { ...often, timeoutMs: 120_000 });
    await until('all to wait', () => waiting().length === holds.length, { ...often, timeoutMs: 6_000 }).catch(
      () => {},
    );
    const reached = waiting();
    const children = await killWorker(product);
    for (const each of reached) each.release();
    const left = holds.filter((each) => !reached.includes(each));
    if (left.length === 0) return children;
    await product.startWorker();
    return await killWhile(...left);
  }

  test('leaves no child, and every cluster ends as an undisturbed one; no Pod is refused on the way', {
    timeout: 900_000,
  }, async () => {
    const [r2, r3, r4, r5] = [0, 1, 2, 3].map((index) => harried.remote(index)) as [
      LabCluster,
      LabCluster,
      LabCluster,
      LabCluster,
    ];
    const [r1] = calm.remotes as [LabCluster];
    const document = (fleet: Fleet) => fleet.document({ namespaces: NAMESPACES });

    // deploy-primary while istioctl renders, resolve while the inventory is read.
    await api.start(document(harried));
    await stopChild(product, /^\S*istioctl manifest generate/);
    const inventory = await holdInventory(calm.lab);
    await startByTemporal(calm, document(calm));
    await inventory.reached();
    const children = await killWhile();
    expect(children.join('\n')).toMatch(/^\S*istioctl manifest generate/m);
    await inventory.release();

    // deploy-primary when istiod's Deployment is there and the worker does not know it yet; validate.
    const deployed = hold(harried.primary, /^PATCH .*\/deployments\/istiod\?/, 'after');
    const validated = hold(calm.primary, /^GET \/version/, 'before');
    await product.startWorker();
    await Promise.all([deployed.reached(), validated.reached()]);
    await api.decide(harried.mesh, 'pause');
    await killWhile(deployed, validated);

    // The calm mesh goes its way; the other is paused, so that all its remotes come to their gates at the same time.
    await product.startWorker();
    const before = await api.reaches(calm.mesh, 'Succeeded');
    expect(before.clusters.map(({ status }) => status)).toEqual(['Succeeded', 'Succeeded']);
    const [calmHub, calmRemote] = await Promise.all([stateOf(calm, calm.primary), stateOf(calm, r1)]);
    // Before, as with the label below: once it has done its work it is not sent again, and could be missed.
    const prepared = hold(r2, /^PATCH \/api\/v1\/namespaces\/istio-system\?/, 'before');
    const installed = hold(r3, /^PATCH .*\/endpointslices\/istiod\?/, 'before');
    const registered = hold(
      harried.primary,
      new RegExp(`^PATCH .*/istio-remote-secret-${r4.name}\\?`),
      'after',
    );
    const webhook = hold(r5, INJECTOR, 'before');
    await api.decide(harried.mesh, 'resume');
    // The second rollout of the calm mesh, in collect-endpoints.
    const collected = hold(
      calm.primary,
      /^GET \/api\/v1\/namespaces\/istio-system\/pods\?.*istiod/,
      'before',
    );
    await api.start(document(calm));
    // Whoever keeps the remotes pointed at istiod asks the same.
    const collects = ({ step }: ClusterView) => step === 'collect-endpoints';
    await api.cluster(calm.mesh, calm.primary.name, 'collects the endpoints', collects);

    // activate-injection when the webhook is there, and istiod cannot give it its CA.
    await webhook.reached();
    const route = calm.lab.routes.get(`istiod.${harried.primary.name}->${r5.name}`);
    route.cut();
    webhook.release();
    await until('the webhook', () => r5.api.get(INJECTOR_PATH), { tolerate: isAnswer(404) });
    await killWhile(prepared, installed, registered, collected);

    // What was killed goes on; r5 is parked at the worst place meanwhile, by a permission that is taken away.
    const atVerify = hold(r2, INJECTOR, 'before');
    const labelled = hold(r3, /^PATCH \/api\/v1\/namespaces\/later\?/, 'before');
    const probed = hold(r4, /^GET \/api\/v1\/namespaces\/(default|later)\/pods\?/, 'before');
    const activated = hold(r1, INJECTOR, 'after');
    const grant = await withdraw(r5, 'mesh-rollout-remote', {
      group: 'admissionregistration.k8s.io',
      resource: 'mutatingwebhookconfigurations',
      verbs: ['patch'],
    });
    await product.startWorker();
    await atVerify.reached();
    const verified = hold(r2, /^GET .*\/endpointslices\?/, 'before');
    atVerify.release();
    await killWhile(verified, labelled, probed, activated);

    await product.startWorker();
    const parked = await api.cluster(
      harried.mesh,
      r5.name,
      'is parked',
      ({ attention }) => attention?.code === 'permission-denied',
    );
    expect(parked).toMatchObject({ status: 'NeedsAttention', step: 'activate-injection' });
    await grant();
    route.restore();
    const retried = await cli('retry', harried.mesh, '--cluster', r5.name, '--reason', 'granted again');
    expect(retried.exitCode, retried.stderr).toBe(0);
    for (const fleet of [calm, harried]) {
      const done = await api.reaches(fleet.mesh, 'Succeeded');
      const everyone = [fleet.primary, ...fleet.remotes];
      expect(done.clusters.map(({ status }) => status)).toEqual(everyone.map(() => 'Succeeded'));
      for (const each of fleet.remotes) {
        await expectAttached(fleet, each);
        await expectAttached(fleet, each, 'later');
      }
    }
    expect(await killedActivities([calm, harried])).toEqual(EVERY_ACTIVITY);

    for (const fleet of [calm, harried]) {
      const names = fleet.remotes.map(({ name }) => `istio-remote-secret-${name}`);
      expect(await remoteSecretsOf(fleet.primary)).toEqual(names.sort());
    }
    for (const each of [harried.primary, ...harried.remotes]) {
      const wanted = each === harried.primary ? calmHub : calmRemote;
      await expectToBecome(each.name, () => stateOf(harried, each), wanted);
    }
    expect(await stateOf(calm, r1)).toEqual(calmRemote);
  });

  test('changes nothing in a rollout after that, and the stream of Pods was never interrupted', async () => {
    const seen = streams.map(({ tried }) => tried);
    await api.start(harried.document({ namespaces: NAMESPACES }));
    expect((await api.reaches(harried.mesh, 'Succeeded')).changed).toBe(0);
    await until('some more Pods', () => streams.every(({ tried }, index) => tried > (seen[index] ?? 0) + 3));
    await Promise.all(streams.map((stream) => stream.stop()));
    for (const stream of streams) stream.expectNoOutage();
  });
});

const INJECTOR_PATH = `/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/istio-sidecar-injector`;
const INJECTOR = /^PATCH .*\/mutatingwebhookconfigurations\/istio-sidecar-injector\?/;

/** One activity for each step. */
const EVERY_ACTIVITY = [
  'activateInjection',
  'collectEndpoints',
  'deployPrimary',
  'inspectClusters',
  'installRemote',
  'labelNamespaces',
  'prepareNamespace',
  'registerRemote',
  'resolve',
  'verifyInjection',
  'verifyRemote',
];

async function startByTemporal(fleet: Fleet, document: object): Promise<void> {
  const started = await temporal(
    ...['workflow', 'start', '--type', 'rollout', '--task-queue', 'mesh-rollout'],
    ...['--workflow-id', rolloutWorkflowId(fleet.mesh), '--input-file', await documentFile(document)],
  );
  expect(started.exitCode, started.stderr).toBe(0);
}

/** The activities of which an attempt ended because its worker was gone. */
async function killedActivities(fleets: readonly Fleet[]): Promise<string[]> {
  const [first] = fleets;
  const connection = await Connection.connect({ address: first?.lab.temporal.address ?? '' });
  try {
    const client = new Client({ connection });
    const query = fleets.map(({ mesh }) => `${SearchAttribute.mesh} = '${mesh}'`).join(' OR ');
    const killed = new Set<string>();
    for await (const { workflowId, runId } of client.workflow.list({ query })) {
      const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
      for (const { activityTaskStartedEventAttributes: started } of events ?? []) {
        if (!/heartbeat/i.test(started?.lastFailure?.message ?? '')) continue;
        const scheduled = events?.find(({ eventId }) => eventId?.eq(started?.scheduledEventId ?? 0));
        killed.add(scheduled?.activityTaskScheduledEventAttributes?.activityType?.name ?? '');
      }
    }
    return [...killed].sort();
  } finally {
    await connection.close();
  }
}
