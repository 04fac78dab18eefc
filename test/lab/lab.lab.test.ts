import { existsSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient } from '../../lab/kubernetes/api-client.js';
import { type Lab, type LabCluster, startLab } from '../../lab/lab.js';
import { processStarted } from '../../lab/tools/lock/process-identity.js';
import type { ToolPaths } from '../../lab/tools/tool-names.js';
import { ensureTools } from '../../lab/tools/tools.js';
import {
  attachRemote,
  dryRunContainers,
  getByPortForward,
  installPrimary,
  isReady,
  istiodPods,
  type Pod,
} from './by-hand.js';

const soon = { timeout: 30_000, interval: 100 };

/** These tests build on each other, in their order: what a person does by hand with a mesh of one primary and one remote. */
describe('a lab of one primary and one remote', () => {
  let tools: ToolPaths;
  let lab: Lab;
  let primary: LabCluster;
  let remote: LabCluster;
  const progress: string[] = [];

  beforeAll(async () => {
    tools = await ensureTools({});
    const directory = await mkdtemp(join(tmpdir(), 'mesh-rollout-lab-test-'));
    lab = await startLab({ directory, tools, remotes: 1, onProgress: (line) => progress.push(line) });
    primary = lab.primary;
    remote = lab.remotes[0] as LabCluster;
  });

  afterAll(async () => {
    const { directory, processes } = lab.status();
    await lab.stop();
    expect(existsSync(directory)).toBe(false);
    expect(await Promise.all(processes.map(({ pid }) => processStarted(pid)))).toEqual(
      processes.map(() => undefined),
    );
  });

  it('lists its clusters in the inventory', async () => {
    const entry = (cluster: LabCluster, labels: object) => ({
      name: cluster.name,
      kubeconfig: cluster.productKubeconfigPath,
      context: cluster.name,
      apiServer: cluster.apiServer,
      labels,
    });
    expect(JSON.parse(await readFile(lab.inventoryPath, 'utf8'))).toEqual({
      clusters: [entry(primary, {}), entry(remote, { tier: 'canary' })],
    });
  });

  it('gives every cluster two ready nodes and addresses of its own', async () => {
    for (const cluster of lab.clusters) {
      const nodes = await cluster.api.get<{ items: { spec: { podCIDR: string } }[] }>('/api/v1/nodes');
      const [prefix] = cluster.podCIDR.split('.0.0/');
      expect(nodes.items.map(({ spec }) => spec.podCIDR)).toEqual([`${prefix}.0.0/24`, `${prefix}.1.0/24`]);
      const services = await cluster.api.get('/apis/networking.k8s.io/v1/servicecidrs/kubernetes');
      expect(services).toMatchObject({ spec: { cidrs: [cluster.serviceCIDR] } });
    }
    expect(primary.podCIDR).not.toBe(remote.podCIDR);
  });

  it('gives the product an account with the rights of its manifests and no others, and tells what it did', async () => {
    const product = new ApiClient({ ...remote, token: remote.productToken });
    const status = (path: string) =>
      product.get(path).then(
        () => 200,
        ({ status }) => status,
      );
    expect(await status('/apis/apps/v1/namespaces/istio-system/deployments')).toBe(200);
    expect(await status('/apis/apps/v1/namespaces/default/statefulsets')).toBe(403);
    expect(await status('/api/v1/namespaces/default/pods')).toBe(200);
    await remote.addNamespace('busy');
    await expect.poll(() => status('/api/v1/namespaces/busy/pods'), soon).toBe(200);
    product.close();
    const lines = (await readFile(remote.auditLogPath, 'utf8')).trim().split('\n');
    const events = lines.map((line) => JSON.parse(line));
    expect(events).toContainEqual(
      expect.objectContaining({
        verb: 'list',
        objectRef: expect.objectContaining({ resource: 'statefulsets', namespace: 'default' }),
        responseStatus: expect.objectContaining({ code: 403 }),
      }),
    );
    expect(new Set(events.map(({ user }) => user.username))).toEqual(
      new Set(['system:serviceaccount:mesh-rollout:mesh-rollout']),
    );
  });

  it('makes users who may do nothing until RBAC says so, and takes them back', async () => {
    await remote.addUser('carol', ['viewers']);
    const token = /token: (\w+)/.exec(
      await readFile(await remote.addUser('carol', ['viewers']), 'utf8'),
    )?.[1];
    const carol = new ApiClient({ ...remote, token: token ?? '' });
    const namespaces = () => carol.get('/api/v1/namespaces');
    await expect(namespaces()).rejects.toMatchObject({ status: 403 });
    await remote.api.post('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
      metadata: { name: 'viewers' },
      subjects: [{ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: 'viewers' }],
      roleRef: { kind: 'ClusterRole', apiGroup: 'rbac.authorization.k8s.io', name: 'view' },
    });
    await expect.poll(namespaces, soon).toMatchObject({ kind: 'NamespaceList' });
    remote.removeUser('carol');
    await expect.poll(() => namespaces().catch(({ status }) => status), soon).toBe(401);
    carol.close();
  });

  it('runs a real istiod for the Pod that istioctl installs', async () => {
    await installPrimary(tools.istioctl, primary);
    const [pod] = await istiodPods(primary);
    expect(isReady(pod)).toBe(true);
    expect(primary.podCIDR.startsWith(pod?.status.podIP.split('.').slice(0, 2).join('.') ?? '?')).toBe(true);
    expect(lab.status().clusters[0]?.istiods).toEqual([
      {
        program: 'istiod',
        namespace: 'istio-system',
        name: pod?.metadata.name,
        address: pod?.status.podIP,
        ready: true,
      },
    ]);
  });

  it('lets a remote be attached, so that Pods there get a sidecar from the primary', async () => {
    await attachRemote(tools.istioctl, primary, remote);
    await expect
      .poll(() => dryRunContainers(remote).catch((error) => String(error)), soon)
      .toEqual(['istio-init', 'istio-proxy', 'app']);
    const path =
      '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/istio-revision-tag-default';
    const { webhooks } = await remote.api.get<{ webhooks: { clientConfig: { caBundle?: string } }[] }>(path);
    expect(webhooks.length).toBeGreaterThan(0);
    for (const { clientConfig } of webhooks) expect(clientConfig.caBundle).toMatch(/^LS0t/);
    const rootCA = () =>
      remote.api.get('/api/v1/namespaces/default/configmaps/istio-ca-root-cert').catch(String);
    await expect.poll(rootCA, soon).toMatchObject({ kind: 'ConfigMap' });
  });

  it('runs injected Pods, native sidecars included', async () => {
    await remote.api.post('/api/v1/namespaces/default/pods', {
      metadata: { name: 'web' },
      spec: { containers: [{ name: 'app', image: 'app' }] },
    });
    const web = () => remote.api.get<Pod>('/api/v1/namespaces/default/pods/web');
    await expect.poll(async () => isReady(await web()), soon).toBe(true);
    const { initContainerStatuses = [] } = (await web()).status;
    expect(initContainerStatuses.map(({ name, started }) => [name, started])).toEqual([
      ['istio-init', false],
      ['istio-proxy', true],
    ]);
  });

  it('shows istioctl that every cluster is synced', async () => {
    const { stdout } = await execa(tools.istioctl, [
      'remote-clusters',
      '--kubeconfig',
      primary.kubeconfigPath,
    ]);
    expect(stdout).toMatch(/^primary .*synced/m);
    expect(stdout).toMatch(/^remote-1 .*synced/m);
  });

  it('forwards ports to the istiod Pod', async () => {
    const [pod] = await istiodPods(primary);
    const answer = await getByPortForward(primary, pod as Pod, 8080, '/debug/clusterz', /\]/);
    expect(answer).toContain('200 OK');
    expect(answer).toMatch(/"id": *"remote-1"[^}]*"syncStatus": *"synced"/);
  });

  it('blocks new Pods of the remote while its route to istiod is cut', async () => {
    lab.routes.get('remote-1->istiod').cut();
    await expect(dryRunContainers(remote)).rejects.toThrow(/failed calling webhook/);
    expect(await dryRunContainers(primary)).toEqual(['app']);
    lab.routes.get('remote-1->istiod').restore();
    await expect.poll(() => dryRunContainers(remote).catch(String), soon).toContain('istio-proxy');
  });

  it('slows injection down with the route', async () => {
    lab.routes.get('remote-1->istiod').slow(300);
    const started = performance.now();
    await dryRunContainers(remote);
    expect(performance.now() - started).toBeGreaterThan(600);
    lab.routes.get('remote-1->istiod').restore();
  });

  it('keeps what a cluster holds when its API server is killed and started again', async () => {
    await remote.stopApiServer();
    expect(remote.running).toBe(false);
    await expect(remote.api.get('/api/v1/namespaces')).rejects.toThrow(/ECONNREFUSED|hang up/);
    await remote.startApiServer();
    expect(await remote.api.get('/api/v1/namespaces/default/pods/web')).toMatchObject({
      metadata: { name: 'web' },
    });
    await expect.poll(() => dryRunContainers(remote).catch(String), soon).toContain('istio-proxy');
  });

  it('shows the Pod of a killed istiod not ready until its process is back', async () => {
    const [pod] = await istiodPods(primary);
    const { processes } = lab.status();
    const istiod = processes.find(({ name }) => name.endsWith(pod?.metadata.name ?? '?'));
    process.kill(istiod?.pid as number, 'SIGKILL');
    await expect.poll(async () => isReady((await istiodPods(primary))[0]), soon).toBe(false);
    await expect.poll(async () => isReady((await istiodPods(primary))[0]), soon).toBe(true);
    const [again] = await istiodPods(primary);
    expect(again?.metadata.uid).toBe(pod?.metadata.uid);
    expect(again?.status.containerStatuses[0]).toMatchObject({ ready: true, restartCount: 1 });
  });

  it('runs one process for a Pod whose status cannot be written', async () => {
    const [pod] = await istiodPods(primary);
    const pids = () =>
      lab
        .status()
        .processes.filter(({ name }) => name.endsWith(pod?.metadata.name ?? '?'))
        .map(({ pid }) => pid);
    const [pid = 0] = pids();
    await primary.stopApiServer();
    process.kill(pid, 'SIGSTOP');
    progress.length = 0;
    await expect.poll(() => progress.join(), soon).toMatch(/Pod istio-system\/istiod.*ECONNREFUSED/);
    await primary.startApiServer();
    await expect.poll(async () => isReady((await istiodPods(primary))[0]), soon).toBe(false);
    process.kill(pid, 'SIGCONT');
    await expect.poll(async () => isReady((await istiodPods(primary))[0]), soon).toBe(true);
    expect(pids()).toEqual([pid]);
  });

  it('moves the process and the address with the Pod', async () => {
    const [old] = await istiodPods(primary);
    await primary.api.delete(`/api/v1/namespaces/istio-system/pods/${old?.metadata.name}`);
    await expect
      .poll(async () => (await istiodPods(primary)).filter(isReady).map(({ metadata }) => metadata.uid), soon)
      .not.toContain(old?.metadata.uid);
    await expect.poll(async () => (await istiodPods(primary)).filter(isReady).length, soon).toBe(1);
    const [pod] = await istiodPods(primary);
    expect(pod?.status.podIP).not.toBe(old?.status.podIP);
    // The remote still points at the address of the old Pod.
    await expect(dryRunContainers(remote)).rejects.toThrow(/failed calling webhook/);
  });

  it('loses nothing of Temporal when it is killed and started again', async () => {
    const { address } = lab.temporal;
    const temporal = (...args: string[]) => execa(tools.temporal, [...args, '--address', address]);
    await temporal('operator', 'namespace', 'create', '--namespace', 'kept');
    await lab.temporal.kill();
    expect(lab.temporal.running).toBe(false);
    await lab.temporal.start();
    expect((await temporal('operator', 'namespace', 'describe', '--namespace', 'kept')).stdout).toContain(
      'kept',
    );
    const { stdout } = await temporal('operator', 'search-attribute', 'list');
    for (const name of ['MeshName', 'ClusterName', 'RolloutStatus', 'RolloutStep', 'RolloutRequestedBy']) {
      expect(stdout).toMatch(new RegExp(`${name} +Keyword`));
    }
  });

  it('adds a fresh cluster with the addresses it is told, hides it from the inventory, and removes it', async () => {
    const names = async () =>
      (JSON.parse(await readFile(lab.inventoryPath, 'utf8')).clusters as LabCluster[]).map(
        ({ name }) => name,
      );
    const extra = await lab.addCluster('extra', {
      podCIDR: remote.podCIDR,
      controllers: 'few',
      inInventory: false,
    });
    expect(extra.podCIDR).toBe(remote.podCIDR);
    expect(await names()).toEqual(['primary', 'remote-1']);
    await extra.api.get('/api/v1/namespaces/default/serviceaccounts/default');
    await expect(lab.addCluster('extra')).rejects.toThrow('the lab has a cluster "extra" already');
    await extra.api.post('/api/v1/namespaces', { metadata: { name: 'old' } });
    await lab.removeCluster('extra');
    const again = await lab.addCluster('extra', { controllers: 'few' });
    expect(await names()).toEqual(['primary', 'remote-1', 'extra']);
    expect(again.certificateAuthority).not.toBe(extra.certificateAuthority);
    await expect(again.api.get('/api/v1/namespaces/old')).rejects.toMatchObject({ status: 404 });
    await lab.removeCluster('extra');
    expect(await names()).toEqual(['primary', 'remote-1']);
  });

  it('refuses a directory that is in use', async () => {
    await expect(startLab({ directory: lab.directory, tools, remotes: 0 })).rejects.toThrow('is not empty');
  });
});
