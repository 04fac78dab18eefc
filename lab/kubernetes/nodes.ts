import type { ApiClient } from './api-client.js';
import type { Controllers } from './controllers.js';

const ARCHITECTURES: Partial<Record<NodeJS.Architecture, string>> = { x64: 'amd64', arm64: 'arm64' };

/** A Node object of the lab. */
export interface LabNode {
  name: string;
  /** InternalIP, where the API server looks for the kubelet. */
  address: string;
  podCIDR: string;
}

/**
 * The two nodes of a cluster, each with its own /24 of the cluster's Pod addresses.
 *
 * @param n number of the cluster, for the nodes' own addresses.
 * @param podCIDR an IPv4 range of at least /23.
 */
export function labNodes(cluster: string, n: number, podCIDR: string): LabNode[] {
  const [first = 0, second = 0, third = 0] = podCIDR.split(/[./]/).map(Number);
  return [0, 1].map((i) => ({
    name: `${cluster}-node-${i + 1}`,
    address: `192.168.${n}.${i + 1}`,
    podCIDR: `${first}.${second}.${third + i}.0/24`,
  }));
}

/**
 * Creates the Node objects. With `full` controllers kwok makes them ready; with `few` nobody would,
 * so that they are written as ready.
 */
export async function createNodes(api: ApiClient, nodes: LabNode[], controllers: Controllers): Promise<void> {
  await Promise.all(nodes.map((node) => api.post('/api/v1/nodes', nodeObject(node, controllers))));
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

function nodeObject(node: LabNode, controllers: Controllers) {
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
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': architecture,
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
      daemonEndpoints: { kubeletEndpoint: { Port: 10_250 } },
      nodeInfo: { architecture, operatingSystem: 'linux', ...NO_NODE_INFO },
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
  kubeletVersion: 'v1.34.4',
  kubeProxyVersion: '',
};
