import type { LabCluster } from '../kubernetes/lab-cluster.js';

/** Where a Pod runs. */
export interface PodPlace {
  /** Its IP address. */
  address: string;
  /** InternalIP of its node. */
  nodeAddress: string;
}

interface Node {
  spec: { podCIDR: string };
  status: { addresses: { type: string; address: string }[] };
}

/**
 * Hands out addresses of their node's podCIDR (a /24) to Pods that have a process: from its top, since kwok takes from its
 * bottom, and never one twice, so that a Pod that moves has a new one, as in a real cluster (kwok would take the old one
 * again).
 */
export class PodPlaces {
  readonly #cluster: LabCluster;
  readonly #taken = new Map<string, number>();

  constructor(cluster: LabCluster) {
    this.#cluster = cluster;
  }

  /** @throws ApiError when the node is gone or the API server is down. */
  async take(nodeName: string): Promise<PodPlace> {
    const { spec, status } = await this.#cluster.api.get<Node>(`/api/v1/nodes/${nodeName}`);
    const taken = this.#taken.get(spec.podCIDR) ?? 0;
    this.#taken.set(spec.podCIDR, taken + 1);
    const [network] = spec.podCIDR.split('.0/');
    const nodeAddress = status.addresses.find(({ type }) => type === 'InternalIP')?.address ?? '';
    return { address: `${network}.${254 - taken}`, nodeAddress };
  }
}
