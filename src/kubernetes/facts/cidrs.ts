import type { ClusterClient } from '../client/cluster-client.js';
import { OptionalReads } from '../client/optional-read.js';
import type { ReadOptions } from '../client/request-options.js';
import { aggregateCidrs } from './aggregate-cidrs.js';
import { InstallerSettings } from './installer-settings.js';
import { readPodAddresses } from './pod-addresses.js';
import { readPodCIDRs } from './pod-cidrs.js';
import { readServiceCIDRs } from './service-cidrs.js';

/** The address blocks of a cluster. */
export interface ClusterCIDRs {
  readonly podCIDRs: readonly string[];
  readonly serviceCIDRs: readonly string[];
}

/** The address blocks of a cluster, as far as they can be determined. */
export interface FoundCIDRs extends ClusterCIDRs {
  readonly unknown: UnknownCIDRs;
}

/** The ranges that are unknown, each with the known reasons, which may be none. */
export interface UnknownCIDRs {
  readonly pod?: readonly string[];
  readonly service?: readonly string[];
}

/**
 * Returns the address blocks of a cluster, as the fewest CIDRs. Values from the inventory are used unchanged, and the
 * cluster is not asked for them. If the range of the Pods is unknown, the addresses of some Pods are used instead.
 *
 * @param stated `podCIDRs` and `serviceCIDRs` of the cluster in the inventory
 * @throws RolloutError when the cluster does not admit the worker; the signal's reason. Ranges that cannot be read
 *   now are unknown.
 */
export async function readCIDRs(
  client: ClusterClient,
  stated: Partial<ClusterCIDRs>,
  options: ReadOptions = {},
): Promise<FoundCIDRs> {
  const { podCIDRs = [], serviceCIDRs = [] } = stated;
  const settings = new InstallerSettings(client, options);
  const [pods, services] = await Promise.all([
    podCIDRs.length > 0 ? known(podCIDRs) : findPodCIDRs(client, settings, options),
    serviceCIDRs.length > 0 ? known(serviceCIDRs) : findServiceCIDRs(client, settings, options),
  ]);
  return {
    podCIDRs: pods.cidrs,
    serviceCIDRs: services.cidrs,
    unknown: {
      ...(pods.unknown && { pod: pods.unknown }),
      ...(services.unknown && { service: services.unknown }),
    },
  };
}

/** Blocks of one kind. With `unknown`, they are not the whole range. */
interface Found {
  readonly cidrs: readonly string[];
  readonly unknown?: readonly string[];
}

function known(cidrs: readonly string[]): Found {
  return { cidrs: aggregateCidrs(cidrs) };
}

async function findPodCIDRs(
  client: ClusterClient,
  settings: InstallerSettings,
  options: ReadOptions,
): Promise<Found> {
  const reads = new OptionalReads(options.signal);
  const [pods, { kubeadm, openShift, problems }] = await Promise.all([
    readPodCIDRs(client, options, reads),
    settings.read(),
  ]);
  // The installer's range contains every node's slice. A plugin with its own pools ignores both.
  const ranges = pods.onlyPools ? pods.pools : [...pods.pools, ...pods.nodes, ...kubeadm.podCIDRs];
  const cidrs = aggregateCidrs(openShift.podCIDRs.length > 0 ? openShift.podCIDRs : ranges);
  if (cidrs.length > 0) return { cidrs };
  const addresses = aggregateCidrs(await readPodAddresses(client, options, reads));
  const instead = addresses.length > 0 ? ['only the addresses of some Pods are compared'] : [];
  return { cidrs: addresses, unknown: unique([...problems, ...reads.problems, ...instead]) };
}

async function findServiceCIDRs(
  client: ClusterClient,
  settings: InstallerSettings,
  options: ReadOptions,
): Promise<Found> {
  const reads = new OptionalReads(options.signal);
  const [services, { kubeadm, openShift, problems }] = await Promise.all([
    readServiceCIDRs(client, options, reads),
    settings.read(),
  ]);
  // Services of newer clusters may have grown beyond the installer's range.
  const sources = [services, openShift.serviceCIDRs, kubeadm.serviceCIDRs].map(aggregateCidrs);
  const cidrs = sources.find((source) => source.length > 0);
  return cidrs === undefined ? { cidrs: [], unknown: unique([...problems, ...reads.problems]) } : { cidrs };
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
