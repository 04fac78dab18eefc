import type { ApiClient } from './api-client.js';
import type { KubernetesRelease } from './kubernetes-release.js';
import type { Controllers } from './programs/controllers.js';

const ARCHITECTURES: Partial<Record<NodeJS.Architecture, string>> = { x64: 'amd64', arm64: 'arm64' };

/** A Node object of the lab. */
export interface LabNode {
  name: string;
  /** InternalIP, where the API server looks for the kubelet. */
  address: string;
  /** Port of the kubelet there. */
  kubeletPort: number;
  podCIDR: string;
}

/** Of which cluster {@link labNodes} makes nodes. */
interface NodesOf {
  cluster: string;
  /** Number of the cluster, for the nodes' own addresses. */
  number: number;
  /** An IPv4 range of at least /23. */
  podCIDR: string;
  release: KubernetesRelease;
  /** Port on 127.0.0.1 of the process that is the kubelet of all nodes; `undefined` when there is none. */
  kubeletPort: number | undefined;
}

/** The two nodes of a cluster, each with its own /24 of the cluster's Pod addresses. */
export function labNodes({ cluster, number, podCIDR, release, kubeletPort }: NodesOf): LabNode[] {
  const onLoopback = release.reachesKubeletsBy === 'loopback';
  const [first = 0, second = 0, third = 0] = podCIDR.split(/[./]/).map(Number);
  return [0, 1].map((i) => ({
    name: `${cluster}-node-${i + 1}`,
    address: onLoopback ? '127.0.0.1' : `192.168.${number}.${i + 1}`,
    kubeletPort: onLoopback && kubeletPort !== undefined ? kubeletPort : 10_250,
    podCIDR: `${first}.${second}.${third + i}.0/24`,
  }));
}

/**
 * Creates the Node objects. With `full` controllers kwok makes them ready; with `few` nobody would,
 * so that they are written as ready.
 */
export async function createNodes(
  api: ApiClient,
  nodes: LabNode[],
  controllers: Controllers,
  release: KubernetesRelease,
): Promise<void> {
  await Promise.all(nodes.map((node) => api.post('/api/v1/nodes', nodeObject(node, controllers, release))));
}

/** Whether all Nodes are ready and, with `full` controllers, free of the taints that new nodes have. */
export async function nodesReady(api: ApiClient, controllers: Controllers): Promise<boolean> {
  const { items } = await api.get<{ items: NodeObject[] }>('/api/v1/nodes');
  return items.every(
    ({ status, spec }) =>
      status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') &&
      (controllers === 'few' || !spec.taints?.length),
  );
}

interface NodeObject {
  spec: { taints?: unknown[] };
  status: { conditions?: { type: string; status: string }[] };
}

function nodeObject(node: LabNode, controllers: Controllers, release: KubernetesRelease) {
  const architecture = ARCHITECTURES[process.arch] ?? process.arch;
  const resources = { cpu: '32', memory: '256Gi', pods: '250' };
  const ready = {
    type: 'Ready',
    status: 'True',
    reason: 'KubeletReady',
    message: 'ready from the beginning',
  };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: node.name,
      labels: {
        ...Object.fromEntries(
          release.nodeLabelPrefixes.flatMap((prefix) => [
            [`${prefix}/os`, 'linux'],
            [`${prefix}/arch`, architecture],
          ]),
        ),
        'kubernetes.io/hostname': node.name,
      },
    },
    spec: { podCIDR: node.podCIDR, podCIDRs: [node.podCIDR] },
    status: {
      addresses: [
        { type: 'InternalIP', address: node.address },
        { type: 'Hostname', address: node.name },
      ],
      capacity: resources,
      allocatable: resources,
      daemonEndpoints: { kubeletEndpoint: { Port: node.kubeletPort } },
      nodeInfo: {
        architecture,
        operatingSystem: 'linux',
        ...NO_NODE_INFO,
        kubeletVersion: release.kubeletVersion,
      },
      ...(controllers === 'few' && { conditions: [ready] }),
    },
  };
}

const NO_NODE_INFO = {
  machineID: '',
  systemUUID: '',
  bootID: '',
  kernelVersion: '',
  osImage: '',
  containerRuntimeVersion: '',
  kubeProxyVersion: '',
};
