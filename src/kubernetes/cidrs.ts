import { aggregateCidrs } from './aggregate-cidrs.js';
import type { ClusterClient } from './cluster-client.js';
import { readClusterSettings } from './cluster-settings.js';
import { readPodCIDRs } from './pod-cidrs.js';
import type { ReadOptions } from './request-options.js';
import { readServiceCIDRs } from './service-cidrs.js';

/** The address blocks of a cluster; an empty list means unknown. */
export interface ClusterCIDRs {
  readonly podCIDRs: readonly string[];
  readonly serviceCIDRs: readonly string[];
}

/**
 * Finds out the address blocks of a cluster, as the fewest CIDRs. What the inventory says is taken as it is, and then
 * the cluster is not asked.
 *
 * @param stated `podCIDRs` and `serviceCIDRs` of the cluster in the inventory
 */
export async function readCIDRs(
  client: ClusterClient,
  stated: Partial<ClusterCIDRs>,
  options: ReadOptions = {},
): Promise<ClusterCIDRs> {
  const { podCIDRs = [], serviceCIDRs = [] } = stated;
  const none: string[] = [];
  const [settings, pods, services] = await Promise.all([
    podCIDRs.length > 0 && serviceCIDRs.length > 0
      ? { podCIDRs: none, serviceCIDRs: none }
      : readClusterSettings(client, options),
    podCIDRs.length > 0 ? none : readPodCIDRs(client, options),
    serviceCIDRs.length > 0 ? none : readServiceCIDRs(client, options),
  ]);
  // The installer's range holds every node's slice; services of newer clusters may have grown beyond it.
  const foundServices = services.length > 0 ? services : settings.serviceCIDRs;
  return {
    podCIDRs: aggregateCidrs(podCIDRs.length > 0 ? podCIDRs : [...settings.podCIDRs, ...pods]),
    serviceCIDRs: aggregateCidrs(serviceCIDRs.length > 0 ? serviceCIDRs : foundServices),
  };
}
