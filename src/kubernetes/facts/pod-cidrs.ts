import type { ClusterClient } from '../client/cluster-client.js';
import type { OptionalReads } from '../client/optional-read.js';
import type { ReadOptions } from '../client/request-options.js';
import { fieldOf, textOf, textsOf } from '../client/untrusted.js';

/** A node has up to 20 KB, most of it the images that it holds. */
const NODES = { pageSize: 100, timeoutMs: 30_000 } as const;
/** For all pages: a cluster whose nodes take longer is rather not known than waited for. */
const NODES_TOTAL_MS = 60_000;

/** What the API of a cluster says about the addresses of Pods, by who hands them out. */
export interface PodCIDRs {
  /** Of pools from which the network plugin takes them. */
  readonly pools: readonly string[];
  /** The slices of the nodes; only those in use, and none where a cloud assigns Pods addresses of its own network. */
  readonly nodes: readonly string[];
  /** Whether the plugin takes addresses from its own pools and from nowhere else. */
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
 * The pool of Cilium where it hands out addresses itself. It ignores the nodes' blocks and kubeadm's then
 * (docs.cilium.io, IP Address Management, cluster scope).
 */
function clusterPool(data: unknown): string[] {
  if (!textOf(fieldOf(data, 'ipam')).startsWith('cluster-pool')) return [];
  return ['cluster-pool-ipv4-cidr', 'cluster-pool-ipv6-cidr'].flatMap((key) =>
    textOf(fieldOf(data, key))
      .split(/[\s,]+/)
      .filter((cidr) => cidr !== ''),
  );
}
