import type { ClusterClient } from '../client/cluster-client.js';
import type { OptionalReads } from '../client/optional-read.js';
import type { ReadOptions } from '../client/request-options.js';
import { fieldOf, mapsOf, textOf, textsOf } from '../client/untrusted.js';
import type { ClusterSettings } from './cluster-settings.js';

/**
 * Reads the blocks of an OpenShift cluster from its object `networks.config.openshift.io/cluster`. The status of the
 * object shows what the cluster uses (openshift/api, config/v1/types_network.go). Other clusters return nothing.
 */
export async function readOpenShiftNetwork(
  client: ClusterClient,
  options: ReadOptions,
  reads: OptionalReads,
): Promise<ClusterSettings> {
  const network = await reads.try(client.get('/apis/config.openshift.io/v1/networks/cluster', options));
  return {
    podCIDRs: mapsOf(fieldOf(network, 'status', 'clusterNetwork')).map(({ cidr }) => textOf(cidr)),
    serviceCIDRs: textsOf(fieldOf(network, 'status', 'serviceNetwork')),
  };
}
