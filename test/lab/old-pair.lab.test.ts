import { existsSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient } from '../../lab/kubernetes/api-client.js';
import { type Lab, type LabCluster, startLab } from '../../lab/lab.js';
import { processStarted } from '../../lab/tools/lock/process-identity.js';
import { selectTools } from '../../lab/tools/releases.js';
import type { SomeToolPaths } from '../../lab/tools/tool-names.js';
import { ensureTools } from '../../lab/tools/tools.js';
import { getByPortForward, isReady, type Pod } from './by-hand.js';
import {
  installOldPrimary,
  installOldRemote,
  podsWith,
  readyAddress,
  registerOldRemote,
} from './old-by-hand.js';

const soon = { timeout: 60_000, interval: 200 };
const NAMESPACE = 'istio-system';

/** These tests build on each other, in their order: the guide's own release, by hand, on the Kubernetes that it ran on. */
describe('a lab of the release 1.4', () => {
  let tools: SomeToolPaths;
  let lab: Lab;
  let primary: LabCluster;
  let remote: LabCluster;

  beforeAll(async () => {
    tools = await ensureTools({ names: selectTools({ release: '1.4' }).names });
    const directory = await mkdtemp(join(tmpdir(), 'mesh-rollout-old-pair-'));
    lab = await startLab({ directory, tools, remotes: 1, release: '1.4', temporal: false });
    primary = lab.primary;
    remote = lab.remotes[0] as LabCluster;
  });

  afterAll(async () => {
    const { directory, processes } = lab.status();
    await lab.stop();
    expect(existsSync(directory)).toBe(false);
    const left = await Promise.all(processes.map(({ pid }) => processStarted(pid)));
    expect(left).toEqual(processes.map(() => undefined));
  });

  it('has clusters of Kubernetes 1.15 with ready nodes and addresses of their own, and lists them', async () => {
    for (const cluster of lab.clusters) {
      expect(await cluster.api.get('/version')).toMatchObject({ gitVersion: 'v1.15.12' });
      const nodes = await cluster.api.get<{ items: { spec: { podCIDR: string } }[] }>('/api/v1/nodes');
      const [prefix] = cluster.podCIDR.split('.0.0/');
      expect(nodes.items.map(({ spec }) => spec.podCIDR)).toEqual([`${prefix}.0.0/24`, `${prefix}.1.0/24`]);
      const service = await cluster.api.get('/api/v1/namespaces/default/services/kubernetes');
      expect(service).toMatchObject({
        spec: { clusterIP: cluster.serviceCIDR.replace('.0.0/16', '.0.1') },
      });
    }
    const { clusters } = JSON.parse(await readFile(lab.inventoryPath, 'utf8'));
    expect(clusters.map(({ name }: LabCluster) => name)).toEqual(['primary', 'remote-1']);
  });

  it('gives the product its account, and lets users come and go', async () => {
    const product = new ApiClient({ ...remote, token: remote.productToken });
    await expect(product.get('/api/v1/namespaces/default/pods')).resolves.toMatchObject({ kind: 'PodList' });
    await expect(product.get('/apis/apps/v1/namespaces/default/controllerrevisions')).rejects.toMatchObject({
      status: 403,
    });
    product.close();
    const kubeconfig = await readFile(await remote.addUser('carol'), 'utf8');
    const carol = new ApiClient({ ...remote, token: /token: (\w+)/.exec(kubeconfig)?.[1] ?? '' });
    const status = () => carol.get('/api/v1/namespaces').catch((error) => error.status);
    expect(await status()).toBe(403);
    remote.removeUser('carol');
    await expect.poll(status, soon).toBe(401);
    carol.close();
  });

  it('runs a real pilot for the Pod that istioctl installs', async () => {
    await installOldPrimary(tools, primary);
    await expect.poll(() => readyAddress(primary, NAMESPACE, 'istio=pilot'), soon).toBeDefined();
    const [pod] = await podsWith(primary, NAMESPACE, 'istio=pilot');
    expect(await getByPortForward(primary, pod as Pod, 8080, '/ready', /\r\n\r\n/)).toContain('200 OK');
    const registry = await getByPortForward(primary, pod as Pod, 8080, '/debug/registryz', /\]/);
    expect(registry).toContain('istio-galley.istio-system.svc.cluster.local');
  });

  it('runs citadel and the sidecar injector there too', async () => {
    const status = () => lab.status().clusters[0];
    await expect
      .poll(() => status()?.injection.map(({ program, ready }) => [program, ready]), soon)
      .toEqual([
        ['citadel', true],
        ['sidecar-injector', true],
      ]);
    expect(status()?.istiods).toMatchObject([{ program: 'pilot', namespace: NAMESPACE, ready: true }]);
  });

  it('lets a remote be attached, in which the injector waits for its citadel', async () => {
    await remote.addNamespace('shop');
    const address = (label: string) => readyAddress(primary, NAMESPACE, label);
    await installOldRemote(tools, remote, {
      pilot: (await address('istio=pilot')) ?? '',
      policy: (await address('istio-mixer-type=policy')) ?? '',
      telemetry: (await address('istio-mixer-type=telemetry')) ?? '',
    });
    await expect.poll(() => readyAddress(remote, NAMESPACE, 'istio=sidecar-injector'), soon).toBeDefined();
    await expect(
      remote.api.get(`/api/v1/namespaces/${NAMESPACE}/secrets/istio.istio-sidecar-injector-service-account`),
    ).resolves.toMatchObject({ type: 'istio.io/key-and-cert' });
  });

  it('injects a sidecar of the remote into a new Pod of a labelled namespace', async () => {
    await remote.api.patch('/api/v1/namespaces/shop', 'merge-patch+json', {
      metadata: { labels: { 'istio-injection': 'enabled' } },
    });
    const create = () =>
      remote.api.post<Pod>('/api/v1/namespaces/shop/pods', {
        metadata: { name: 'web' },
        spec: { containers: [{ name: 'app', image: 'app' }] },
      });
    // The injector writes its CA into the webhook a moment after it is ready.
    await expect.poll(() => create().catch(String), soon).toMatchObject({ metadata: { name: 'web' } });
    const { spec } = await remote.api.get<Pod>('/api/v1/namespaces/shop/pods/web');
    expect(spec.initContainers?.map(({ name }) => name)).toEqual(['istio-init']);
    const proxy = spec.containers.find(({ name }) => name === 'istio-proxy');
    expect(proxy?.env).toContainEqual({ name: 'ISTIO_META_CLUSTER_ID', value: 'remote-1' });
    await expect
      .poll(async () => isReady(await remote.api.get<Pod>('/api/v1/namespaces/shop/pods/web')), soon)
      .toBe(true);
  });

  it('gives the injector the files of a ConfigMap that has changed', async () => {
    const path = `/api/v1/namespaces/${NAMESPACE}/configmaps/istio-sidecar-injector`;
    const { data } = await remote.api.get<{ data: { values: string } }>(path);
    const clusterIds = async () => {
      const { spec } = await remote.api.post<Pod>('/api/v1/namespaces/shop/pods', {
        metadata: { generateName: 'changed-' },
        spec: { schedulerName: 'none', containers: [{ name: 'app', image: 'app' }] },
      });
      const env = spec.containers.flatMap((container) => container.env ?? []);
      return env.flatMap(({ name, value }) => (name === 'ISTIO_META_CLUSTER_ID' ? [value] : []));
    };
    const write = (values: string) => remote.api.patch(path, 'merge-patch+json', { data: { values } });
    await write(data.values.replaceAll('"remote-1"', '"other"'));
    await expect.poll(clusterIds, soon).toEqual(['other']);
    await write(data.values);
    await expect.poll(clusterIds, soon).toEqual(['remote-1']);
  });

  it('shows a Service of the remote in the primary’s pilot, over a route that can be cut', async () => {
    await registerOldRemote(primary, remote, {
      namespace: NAMESPACE,
      serviceAccount: 'istio-reader-service-account',
    });
    const addService = (name: string) =>
      remote.api.post(`/api/v1/namespaces/shop/services`, {
        metadata: { name },
        spec: { clusterIP: 'None', ports: [{ name: 'http', port: 80 }] },
      });
    const [pod] = await podsWith(primary, NAMESPACE, 'istio=pilot');
    const registry = () => getByPortForward(primary, pod as Pod, 8080, '/debug/registryz', /\{\}\]\n$/);
    await addService('proof-1');
    await expect.poll(registry, soon).toMatch(/proof-1\.shop\.svc[^}]*"remote-1"/);
    lab.routes.get('pilot->remote-1').cut();
    await addService('proof-2');
    expect(await registry()).not.toContain('proof-2');
    lab.routes.get('pilot->remote-1').restore();
    await expect.poll(registry, soon).toContain('proof-2');
  });

  it('refuses new Pods while the route to the injector is cut', async () => {
    const probe = () =>
      remote.api.post<Pod>('/api/v1/namespaces/shop/pods', {
        metadata: { generateName: 'probe-' },
        spec: { schedulerName: 'none', containers: [{ name: 'app', image: 'app' }] },
      });
    lab.routes.get('remote-1->sidecar-injector').cut();
    await expect(probe()).rejects.toThrow(/failed calling webhook/);
    lab.routes.get('remote-1->sidecar-injector').restore();
    await expect.poll(() => probe().catch(String), soon).toMatchObject({ kind: 'Pod' });
  });

  it('moves the injector’s process with its Pod, and keeps the cluster when its API server comes back', async () => {
    const [old] = await podsWith(remote, NAMESPACE, 'istio=sidecar-injector');
    await remote.api.delete(`/api/v1/namespaces/${NAMESPACE}/pods/${old?.metadata.name}`);
    await expect
      .poll(() => readyAddress(remote, NAMESPACE, 'istio=sidecar-injector'), soon)
      .not.toBe(old?.status.podIP);
    const name = `remote-1/${NAMESPACE}/${old?.metadata.name}`;
    await expect.poll(() => lab.status().processes.map((one) => one.name), soon).not.toContain(name);
    await remote.stopApiServer();
    await remote.startApiServer();
    await expect(remote.api.get('/api/v1/namespaces/shop/pods/web')).resolves.toMatchObject({ kind: 'Pod' });
  });
});
