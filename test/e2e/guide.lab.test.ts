import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LabCluster } from '../../lab/lab.js';
import type { Product } from '../../lab/product.js';
import { useProduct } from '../support/product.js';
import { mesh as cli } from '../support/run.js';
import { until } from '../support/wait.js';
import { appliesOfIstioctl, forgetCalls } from '../support/watched-istioctl.js';
import { moved, objectsAtRest, objectsOf } from './proofs/cluster-objects.js';
import { PodStream } from './proofs/pod-stream.js';
import { clusterOfSidecar, type Pod } from './proofs/proofs.js';
import * as api from './support/api.js';
import { documentFile } from './support/document-file.js';
import { type Fleet, freshFleet } from './support/fleet.js';
import { killWorker, stopChild } from './support/worker-processes.js';

/** What nobody needs here. */
const VALUES = { prometheus: { enabled: false }, global: { controlPlaneSecurityEnabled: false } };
const SELECTORS = ['istio=pilot', 'istio-mixer-type=policy', 'istio-mixer-type=telemetry'] as const;
const SERVICES = ['istio-pilot', 'istio-policy', 'istio-telemetry'] as const;

/**
 * Istio 1.4, "Shared control plane (single-network)": a test for each sentence that asks for something, in the order of the
 * guide. They build on each other. docs/guide.md puts the sentences beside them.
 */
describe('the guide of Istio 1.4', () => {
  let product: Product;
  let fleet: Fleet;
  let document: Record<string, unknown>;

  beforeAll(async () => {
    product = await useProduct();
    fleet = await freshFleet([{}, {}], { release: '1.4' });
    await Promise.all(fleet.remotes.map((remote) => remote.addNamespace('shop')));
    document = fleet.document({
      primary: { cluster: fleet.primary.name, values: VALUES },
      namespaces: [{ name: 'default' }, { name: 'shop' }],
    });
  });
  afterAll(() => fleet.remove());

  test('"Pod CIDR ranges must be unique across the multicluster environment": others are refused', async () => {
    const { lab, mesh, remotes } = fleet;
    const [{ podCIDR } = { podCIDR: '' }] = remotes;
    const options = { release: '1.4', podCIDR } as const;
    const twin = await lab.addCluster(`${mesh}-twin`, options);
    const all = [...remotes, twin].map(({ name }) => ({ cluster: name }));
    const file = await documentFile({ ...document, remotes: all });
    const { stdout, exitCode } = await cli('plan', '-f', file, '-o', 'json');
    await lab.removeCluster(twin.name);
    expect(exitCode, stdout).not.toBe(0);
    expect(stdout).toContain('"pod-cidr-overlap"');
  });

  test('a plan names what is added to the command of the guide, each once, and writes nothing', async () => {
    const { stdout, stderr } = await cli('plan', '-f', await documentFile(document), '-o', 'json');
    const plan = JSON.parse(stdout);
    expect(plan, stderr).toMatchObject({ outcome: 'changes' });
    const [remotes] = plan.groups.filter(({ role }: { role: string }) => role === 'remote');
    expect(remotes).toMatchObject({ clusterCount: 2, problems: [] });
    const added = remotes.notes.filter((note: string) => note.startsWith('added to the command'));
    expect(added.map((note: string) => /--set ([\w.]+)=/.exec(note)?.[1])).toEqual([
      ...['values.global.createRemoteSvcEndpoints', 'values.global.remotePilotCreateSvcEndpoint'],
      ...['autoInjection.enabled', 'gateways.enabled', 'values.global.controlPlaneSecurityEnabled'],
      ...['hub', 'tag', 'values.global.multiCluster.clusterName'],
    ]);
    for (const cluster of [fleet.primary, ...fleet.remotes]) {
      const accounts = cluster.api.get(
        '/api/v1/namespaces/istio-system/serviceaccounts/istio-citadel-service-account',
      );
      await expect(accounts).rejects.toMatchObject({ status: 404 });
    }
  });

  test('"Install the Istio control plane on one Kubernetes cluster": istioctl manifest apply', async () => {
    await forgetCalls();
    await api.start(document);
    await api.cluster(fleet.mesh, fleet.primary.name, 'is done', ({ status }) => status === 'Succeeded');
    const [primary] = await appliesOfIstioctl();
    expect(primary).toEqual([
      ...['manifest', 'apply', '--set', 'hub=docker.io/istio', '--set', 'tag=1.4.3'],
      ...['--skip-confirmation', '-f', expect.any(String), '--kubeconfig', expect.any(String)],
    ]);
  });

  test('"Wait for the control plane to finish initializing": the Pods of the three services are Ready', async () => {
    for (const selector of SELECTORS) expect(await readyAddresses(selector)).not.toEqual([]);
  });

  test('"Use the following command on the remote cluster": its arguments, with the addresses of the Pods', async () => {
    const done = await api.reaches(fleet.mesh, 'Succeeded');
    expect(done.clusters.map(({ status }) => status)).toEqual(['Succeeded', 'Succeeded', 'Succeeded']);
    const [pilot, policy, telemetry] = await Promise.all(SELECTORS.map(readyAddresses));
    const commands = (await appliesOfIstioctl()).slice(1);
    const wanted = fleet.remotes.map(({ name }) => [
      ...['manifest', 'apply', '--set', 'profile=remote'],
      ...['--set', `values.global.remotePilotAddress=${pilot?.[0]}`],
      ...['--set', `values.global.remotePolicyAddress=${policy?.[0]}`],
      ...['--set', `values.global.remoteTelemetryAddress=${telemetry?.[0]}`],
      // What the guide leaves out.
      ...['--set', 'values.global.createRemoteSvcEndpoints=true'],
      ...['--set', 'values.global.remotePilotCreateSvcEndpoint=true'],
      ...['--set', 'autoInjection.enabled=true'],
      ...['--set', 'gateways.enabled=false'],
      ...['--set', 'values.global.controlPlaneSecurityEnabled=false'],
      ...['--set', 'hub=docker.io/istio', '--set', 'tag=1.4.3'],
      ...['--set', `values.global.multiCluster.clusterName=${name}`],
      ...['--skip-confirmation', '-f', expect.any(String), '--kubeconfig', expect.any(String)],
    ]);
    expect(commands).toHaveLength(2);
    expect(commands).toEqual(expect.arrayContaining(wanted));
  });

  test('the remotes then reach all Ready Pods, and the proofs say so', async () => {
    const addresses = await Promise.all(SELECTORS.map(readyAddresses));
    for (const remote of fleet.remotes) {
      for (const [index, service] of SERVICES.entries())
        expect(await endpointsOf(remote, service)).toEqual(addresses[index]);
    }
    const flat = SERVICES.flatMap((service, index) =>
      (addresses[index] ?? []).map((ip) => `${service}=${ip}`),
    );
    const { clusters } = await api.get(fleet.mesh);
    for (const { proofs = [] } of clusters.filter(({ role }) => role === 'remote')) {
      expect(proofs).toEqual([
        { what: 'endpoints', value: flat.sort().join(', '), proven: true },
        { what: 'live Service', value: 'known to 1 pilot', proven: true },
        { what: 'webhook CA', value: 'of the injector', proven: true },
        // Each cluster has a citadel with a root of its own, as the guide leaves it.
        { what: 'root certificate', value: expect.stringContaining('no mutual TLS'), proven: false },
        { what: 'injection', value: 'default, shop', proven: true },
      ]);
    }
  });

  test('"All clusters must have the same namespace for the Istio components"', async () => {
    for (const cluster of [fleet.primary, ...fleet.remotes]) {
      await cluster.api.get('/apis/apps/v1/namespaces/istio-system/deployments/istio-citadel');
    }
  });

  test('"Label the default namespace" and "repeat for all namespaces": Pods there get the sidecar of the remote', async () => {
    for (const remote of fleet.remotes) {
      for (const namespace of ['default', 'shop']) {
        const { metadata } = await remote.api.get<{ metadata: { labels: object } }>(
          `/api/v1/namespaces/${namespace}`,
        );
        expect(metadata.labels).toMatchObject({ 'istio-injection': 'enabled' });
        const pod = {
          metadata: { name: 'by-the-test' },
          spec: { containers: [{ name: 'app', image: 'app' }] },
        };
        const created = await remote.api.post<Pod>(`/api/v1/namespaces/${namespace}/pods`, pod);
        expect(clusterOfSidecar(created)).toBe(remote.name);
      }
    }
  });

  test('"The control plane requires access to all clusters": a kubeconfig under the name of each, labelled', async () => {
    const path = '/api/v1/namespaces/istio-system/secrets?labelSelector=istio%2FmultiCluster%3Dtrue';
    const { items } = await fleet.primary.api.get<{ items: { data: object }[] }>(path);
    const keys = items.flatMap(({ data }) => Object.keys(data));
    expect(keys.sort()).toEqual(fleet.remotes.map(({ name }) => name).sort());
  });

  test('the same document again applies nothing, moves nothing and refuses no Pod', async () => {
    const all = [fleet.primary, ...fleet.remotes];
    const before = await objectsAtRest(all);
    await forgetCalls();
    const streams = fleet.remotes.map((remote) => new PodStream(remote, 'shop', 300));
    await api.start(document);
    const { changed } = await api.reaches(fleet.mesh, 'Succeeded');
    await Promise.all(streams.map((stream) => stream.stop()));
    expect(changed).toBe(0);
    expect(await appliesOfIstioctl()).toEqual([]);
    const plan = await cli('plan', '-f', await documentFile(document), '-o', 'json');
    expect(JSON.parse(plan.stdout)).toMatchObject({ outcome: 'no-change' });
    const others = moved(before, await Promise.all(all.map(objectsOf)));
    expect(others, JSON.stringify(others)).toEqual([]);
    for (const stream of streams) stream.expectNoOutage();
  });

  test('a worker that is killed while istioctl applies leaves no process, and the next attempt completes', async () => {
    const remote = fleet.remote(0);
    const citadel = '/apis/apps/v1/namespaces/istio-system/deployments/istio-citadel';
    await remote.api.delete(citadel);
    await api.start(document);
    await stopChild(product, /istioctl\S* manifest apply/);
    // A program that is stopped does not obey SIGTERM: it is killed 5 s later.
    const children = await killWorker(product, 15_000);
    expect(children.join('\n')).toMatch(/istioctl\S* manifest apply/);
    await product.startWorker();
    await api.reaches(fleet.mesh, 'Succeeded');
    await until('citadel', () => remote.api.get(citadel));
    for (const [index, service] of SERVICES.entries())
      expect(await endpointsOf(remote, service)).toEqual(await readyAddresses(SELECTORS[index] ?? ''));
  });

  async function readyAddresses(selector: string): Promise<string[]> {
    const path = `/api/v1/namespaces/istio-system/pods?labelSelector=${encodeURIComponent(selector)}`;
    const { items } = await fleet.primary.api.get<{ items: Pod[] }>(path);
    const isReady = ({ status }: Pod) =>
      status.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True');
    return items
      .filter(isReady)
      .flatMap(({ status }) => status.podIP ?? [])
      .sort();
  }
});

async function endpointsOf(remote: LabCluster, service: string): Promise<string[]> {
  const path = `/api/v1/namespaces/istio-system/endpoints/${service}`;
  const { subsets } = await remote.api.get<{ subsets: { addresses: { ip: string }[] }[] }>(path);
  return subsets.flatMap(({ addresses }) => addresses.map(({ ip }) => ip)).sort();
}
