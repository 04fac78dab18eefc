import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Lab } from '../../lab/lab.js';
import { ensureCharts } from '../../lab/tools/charts.js';
import type { SomeToolPaths } from '../../lab/tools/tool-names.js';
import { ensureTools } from '../../lab/tools/tools.js';
import { freshName, useLab } from '../support/lab.js';
import { getByPortForward, installPrimary, istiodPods, type Pod } from './by-hand.js';
import { readyAddress } from './old-by-hand.js';

const soon = { timeout: 60_000, interval: 200 };

/** Clusters for other releases beside those of today's, in one lab. */
describe('a lab of today', () => {
  let tools: SomeToolPaths;
  let lab: Lab;
  const add = (options: Parameters<Lab['addCluster']>[1]) => lab.addCluster(freshName('release'), options);

  beforeAll(async () => {
    const names = ['istioctl-1.30', 'kubectl-1.15', 'helm'] as const;
    [lab, tools] = await Promise.all([useLab(), ensureTools({ names })]);
  });

  it('runs istiod in the release of its Pod’s image', async () => {
    const primary = await add({ role: 'primary' });
    await installPrimary(tools['istioctl-1.30'] ?? '', primary);
    const [pod] = await istiodPods(primary);
    const version = await getByPortForward(primary, pod as Pod, 15014, '/version', /\r\n\r\n.+/);
    expect(version).toMatch(/\r\n\r\n1\.30\.0/);
  });

  it('holds a cluster of 1.4 too, in which Helm installs a remote into any namespace', async () => {
    const remote = await add({ release: '1.4' });
    const charts = await ensureCharts({ releases: ['1.4'] });
    const chart = join(charts['1.4'], 'istio');
    const addresses = ['Pilot', 'Policy', 'Telemetry'].map((one) => `global.remote${one}Address=10.9.9.9`);
    await execa(
      tools.helm ?? '',
      [
        ...['--kubeconfig', remote.kubeconfigPath, 'upgrade', '--install', 'istio-remote', chart],
        ...['--namespace', 'mesh', '--create-namespace', '--values', join(chart, 'values-istio-remote.yaml')],
        ...['--set', [...addresses, `global.multiCluster.clusterName=${remote.name}`].join(',')],
      ],
      // Helm's client waits for bookmarks that Kubernetes 1.15 does not send.
      { env: { KUBE_FEATURE_WatchListClient: 'false' } },
    );
    await expect.poll(() => readyAddress(remote, 'mesh', 'istio=sidecar-injector'), soon).toBeDefined();
    await remote.addNamespace('shop', { labels: { 'istio-injection': 'enabled' } });
    const create = () =>
      remote.api.post<Pod>('/api/v1/namespaces/shop/pods', {
        metadata: { name: 'web' },
        spec: { containers: [{ name: 'app', image: 'app' }] },
      });
    await expect.poll(() => create().catch(String), soon).toMatchObject({ metadata: { name: 'web' } });
    const { spec } = await remote.api.get<Pod>('/api/v1/namespaces/shop/pods/web');
    const env = spec.containers.find(({ name }) => name === 'istio-proxy')?.env;
    expect(env).toContainEqual({ name: 'ISTIO_META_CLUSTER_ID', value: remote.name });
  });

  it.each(['1.31', '1.4'] as const)('completes Jobs in a cluster of %s', async (release) => {
    const cluster = await add({ release });
    await cluster.api.post('/apis/batch/v1/namespaces/default/jobs', {
      metadata: { name: 'hook' },
      spec: {
        template: { spec: { restartPolicy: 'Never', containers: [{ name: 'hook', image: 'hook' }] } },
      },
    });
    const job = () => cluster.api.get('/apis/batch/v1/namespaces/default/jobs/hook');
    await expect.poll(job, soon).toMatchObject({ status: { succeeded: 1 } });
  });

  it('holds a cluster of 1.4 with few controllers', async () => {
    const cluster = await add({ release: '1.4', controllers: 'few', inInventory: false });
    await cluster.addNamespace('shop');
    await cluster.api.delete('/api/v1/namespaces/shop');
    const status = () => cluster.api.get('/api/v1/namespaces/shop').catch((error) => error.status);
    await expect.poll(status, soon).toBe(404);
  });

  it.each(['1.31', '1.30'] as const)('has the charts of %s', async (release) => {
    const charts = await ensureCharts({ releases: [release] });
    const chart = join(charts[release], 'istio-discovery');
    const { stdout } = await execa(tools.helm ?? '', ['template', 'istiod', chart, '--namespace', 'mesh']);
    expect(stdout).toContain('kind: MutatingWebhookConfiguration');
  });
});
