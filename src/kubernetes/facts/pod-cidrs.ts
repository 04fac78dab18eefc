import type { ClusterClient } from '../client/cluster-client.js';
import type { OptionalReads } from '../client/optional-read.js';
import type { ReadOptions } from '../client/request-options.js';
import { fieldOf, textOf, textsOf } from '../client/untrusted.js';

/** A node object has up to 20 KB, most of it the list of its images. */
const NODES = { pageSize: 100, timeoutMs: 30_000 } as const;
/** The limit for all pages. If reading the nodes takes longer, their blocks stay unknown. */
const NODES_TOTAL_MS = 60_000;

/** What the API of a cluster says about the addresses of Pods, by who assigns them. */
export interface PodCIDRs {
  /** The pools of the network plugin. */
  readonly pools: readonly string[];
  /** The slices of the nodes: only those in use, and none if a cloud assigns Pods addresses of its own network. */
  readonly nodes: readonly string[];
  /** Whether the plugin takes addresses only from its own pools. */
  readonly onlyPools: boolean;
}

/** Reads `spec.podCIDRs` of the nodes, the IPPools of Calico, and the cluster pool of Cilium. */
export async function readPodCIDRs(
  client: ClusterClient,
  options: ReadOptions,
  reads: OptionalReads,
): Promise<PodCIDRs> {
  const [nodes, pools, cilium] = await Promise.all([
    reads.try(readNodes(client, options)),
    reads.try(client.list('/apis/crd.projectcalico.org/v1/ippools', options)),
    reads.try(client.get('/api/v1/namespaces/kube-system/configmaps/cilium-config', options)),
  ]);
  const ciliumPools = clusterPool(fieldOf(cilium, 'data'));
  return {
    pools: [...(pools ?? []).flatMap(calicoPool), ...ciliumPools],
    nodes: (nodes ?? []).flatMap(nodeSlices),
    onlyPools: ciliumPools.length > 0,
  };
}

function readNodes(client: ClusterClient, options: ReadOptions): Promise<unknown[]> {
  const limit = AbortSignal.timeout(NODES_TOTAL_MS);
  const signal = options.signal === undefined ? limit : AbortSignal.any([options.signal, limit]);
  return client.list('/api/v1/nodes', { ...options, ...NODES, signal });
}

function nodeSlices(node: unknown): string[] {
  const slices = textsOf(fieldOf(node, 'spec', 'podCIDRs'));
  return slices.length > 0 ? slices : [textOf(fieldOf(node, 'spec', 'podCIDR'))];
}

function calicoPool(pool: unknown): string[] {
  return fieldOf(pool, 'spec', 'disabled') === true ? [] : [textOf(fieldOf(pool, 'spec', 'cidr'))];
}

/**
 * Returns the pool of Cilium if Cilium assigns addresses itself. It then ignores the blocks of the nodes and of
 * kubeadm (docs.cilium.io, IP Address Management, cluster scope).
 */
function clusterPool(data: unknown): string[] {
  if (!textOf(fieldOf(data, 'ipam')).startsWith('cluster-pool')) return [];
  return ['cluster-pool-ipv4-cidr', 'cluster-pool-ipv6-cidr'].flatMap((key) =>
    textOf(fieldOf(data, key))
      .split(/[\s,]+/)
      .filter((cidr) => cidr !== ''),
  );
}
