import type { ClusterClient } from './cluster-client.js';
import { optionalRead } from './optional-read.js';
import type { ReadOptions } from './request-options.js';

interface Node {
  readonly spec?: { readonly podCIDR?: string; readonly podCIDRs?: readonly string[] };
}

interface IPPool {
  readonly spec?: { readonly cidr?: string; readonly disabled?: boolean };
}

interface ConfigMap {
  readonly data?: Readonly<Record<string, string>>;
}

/**
 * The blocks from which the cluster's nodes and its network plugin give addresses to Pods, as far as the API tells:
 * `spec.podCIDRs` of the nodes, the IPPools of Calico, the cluster pool of Cilium. Nodes show only the slices in use,
 * and none at all where the cloud gives Pods addresses of its own network (EKS, AKS, some GKE).
 */
export async function readPodCIDRs(client: ClusterClient, options: ReadOptions): Promise<string[]> {
  const [nodes, pools, cilium] = await Promise.all([
    optionalRead(client.list<Node>('/api/v1/nodes', options)),
    optionalRead(client.list<IPPool>('/apis/crd.projectcalico.org/v1/ippools', options)),
    optionalRead(client.get<ConfigMap>('/api/v1/namespaces/kube-system/configmaps/cilium-config', options)),
  ]);
  return [
    ...(nodes ?? []).flatMap(({ spec }) => spec?.podCIDRs ?? spec?.podCIDR ?? []),
    ...(pools ?? []).flatMap(({ spec }) => (spec?.disabled ? [] : (spec?.cidr ?? []))),
    ...ciliumPool(cilium?.data ?? {}),
  ];
}

/** Cilium ignores the nodes' blocks in these modes (docs.cilium.io, IP Address Management, cluster scope). */
function ciliumPool(data: Readonly<Record<string, string>>): string[] {
  if (data.ipam?.startsWith('cluster-pool') !== true) return [];
  return [data['cluster-pool-ipv4-cidr'], data['cluster-pool-ipv6-cidr']].flatMap(
    (list) => list?.split(/[\s,]+/).filter((cidr) => cidr !== '') ?? [],
  );
}
