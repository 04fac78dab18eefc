import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createPortForwardDefinition } from '../kwok/kwok.js';
import { ConnectProxy } from '../network/connect-proxy.js';
import { reservePort } from '../network/ports.js';
import { isAnswer } from '../tolerate.js';
import { pathOf } from '../tools/tool-names.js';
import { waitFor } from '../wait.js';
import { ApiClient } from './api-client.js';
import { clusterAddresses } from './cidrs.js';
import { writeClusterFiles } from './cluster-files.js';
import type { ClusterHost, ClusterSpec } from './cluster-spec.js';
import { writeKubeconfig } from './kubeconfig.js';
import { kubernetesFor } from './kubernetes-release.js';
import type { LabCluster } from './lab-cluster.js';
import { createNodes, labNodes } from './nodes.js';
import { bindInNamespace, createProductAccount } from './product-account.js';
import { ApiServer } from './programs/api-server.js';
import { Components } from './programs/components.js';

/** A started cluster, and how to end it. */
export interface StartedCluster {
  cluster: LabCluster;
  /** Ends its processes and leaves the network. Its keys stay in etcd. */
  end(): Promise<void>;
}

/**
 * Starts a cluster: API server, controllers, kubelets; returns when Pods can be created (`full`: and run).
 *
 * @throws Error when one of its programs does not start; nothing of the cluster runs then
 */
export async function startCluster(host: ClusterHost, spec: ClusterSpec): Promise<StartedCluster> {
  const ends: (() => unknown)[] = [];
  const end = async () => void (await Promise.all(ends.map((each) => each())));
  try {
    return { cluster: await bringUp(host, spec, ends), end };
  } catch (error) {
    await end();
    throw error;
  }
}

/** @param ends gets what ends each part, as soon as there is something to end */
async function bringUp(host: ClusterHost, spec: ClusterSpec, ends: (() => unknown)[]): Promise<LabCluster> {
  const started = performance.now();
  const { name, number, controllers } = spec;
  const directory = join(host.directory, 'clusters', name);
  const logDirectory = join(host.directory, 'logs', name);
  const addresses = clusterAddresses(number);
  const podCIDR = spec.podCIDR ?? addresses.podCIDR;
  const serviceCIDR = spec.serviceCIDR ?? addresses.serviceCIDR;
  const release = kubernetesFor(spec.release);
  const port = await reservePort();
  const kubeletPort = controllers === 'full' ? await reservePort() : undefined;
  const nodes = labNodes({ cluster: name, number, podCIDR, release, kubeletPort });

  host.network.join({
    name,
    address: addresses.apiServer,
    apiServerPort: port,
    kubeletPort,
    nodeAddresses: nodes.map(({ address }) => address),
    istiodEnd: spec.istiodEnd,
    callsWebhooksOf: release.callsWebhooksOf,
  });
  ends.push(() => host.network.leave(name));
  const egressSocket = join(host.socketDirectory, `${number}.sock`);
  const proxyPort = release.callsWebhooksOf === 'services' ? await reservePort() : undefined;
  const proxy = await ConnectProxy.listen(proxyPort ?? egressSocket, host.network.egressOf(name));
  ends.push(() => proxy.close());
  const tokenReviewUrl = host.tokenReviewer.urlOf(name);
  const files = await writeClusterFiles(directory, { tokenReviewUrl, egressSocket });
  const apiServer = new ApiServer(host.processes, {
    cluster: name,
    release,
    command: pathOf(host.tools, release.apiServer),
    etcdUrl: host.etcdUrl,
    etcdPrefix: `/cluster-${number}`,
    address: addresses.apiServer,
    port,
    serviceCIDR,
    proxyUrl: proxyPort === undefined ? undefined : `http://127.0.0.1:${proxyPort}`,
    files,
    logFile: join(logDirectory, 'kube-apiserver.log'),
  });
  ends.push(() => apiServer.kill());
  const certificateAuthority = await apiServer.start();
  host.onProgress(`${name}: API server is ready (${seconds(started)})`);

  const { server } = apiServer;
  const access = { server, certificateAuthority, token: files.adminToken };
  const api = new ApiClient(access);
  ends.push(() => api.close());
  const kubeconfigPath = join(directory, 'kubeconfig.yaml');
  const rootCAFile = join(directory, 'ca.crt');
  const { podStages } = spec;
  await Promise.all([
    writeKubeconfig(kubeconfigPath, name, 'admin', access),
    writeFile(rootCAFile, certificateAuthority),
    createNodes(api, nodes, controllers, release),
    podStages.length > 0 && createPortForwardDefinition(api, release),
  ]);
  const common = { cluster: name, release, kubeconfigPath, files, logDirectory, podStages, kubeletPort };
  const components = new Components(host, api, { ...common, controllers, rootCAFile, podCIDR });
  const starting = components.start();
  ends.push(async () => {
    await starting.catch(() => undefined);
    await components.end();
  });
  const [productToken] = await Promise.all([
    spec.productRights === 'everything'
      ? files.adminToken
      : createProductAccount(api, { server, certificateAuthority }, spec.role, spec.release),
    starting,
  ]);
  const productKubeconfigPath = join(directory, 'product.yaml');
  await writeKubeconfig(productKubeconfigPath, name, 'mesh-rollout', { ...access, token: productToken });
  host.onProgress(`${name}: ready (${seconds(started)})`);

  return {
    name,
    role: spec.role,
    release: spec.release,
    labels: spec.labels,
    kubeconfigPath,
    productKubeconfigPath,
    context: name,
    server,
    apiServer: `https://${addresses.apiServer}:6443`,
    certificateAuthority,
    adminToken: files.adminToken,
    productToken,
    auditLogPath: files.auditLog,
    podCIDR,
    serviceCIDR,
    api,
    get running() {
      return apiServer.running;
    },
    stopApiServer: () => apiServer.kill(),
    startApiServer: async () => {
      if (apiServer.running) return;
      await apiServer.start();
      await components.restart();
    },
    addNamespace: async (namespace, metadata = {}) => {
      await api.post('/api/v1/namespaces', { metadata: { name: namespace, ...metadata } });
      if (spec.productRights === 'manifests') await bindInNamespace(api, namespace, spec.release);
      await waitFor({
        what: `the default account of ${namespace}`,
        check: () => api.get(`/api/v1/namespaces/${namespace}/serviceaccounts/default`),
        tolerate: isAnswer(404),
        timeoutMilliseconds: 30_000,
      });
    },
    addUser: async (user, groups = []) => {
      const path = join(directory, 'users', `${user.replace(/[^\w.-]/g, '_')}.yaml`);
      const token = host.tokenReviewer.addUser(name, user, groups);
      await writeKubeconfig(path, name, user, { server, certificateAuthority, token });
      return path;
    },
    removeUser: (user) => host.tokenReviewer.removeUser(name, user),
  };
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}
