import type { ClusterClient } from '../client/cluster-client.js';
import type { OptionalReads } from '../client/optional-read.js';
import type { ReadOptions } from '../client/request-options.js';
import { fieldOf, textsOf } from '../client/untrusted.js';
import { ClusterError } from '../errors/cluster-error.js';

/**
 * Reads the blocks from which the cluster assigns addresses to Services: ServiceCIDR objects (Kubernetes ≥ 1.33, or
 * earlier if enabled), otherwise the range that the API server names when it refuses an address outside it. Returns
 * an empty list when neither is available.
 */
export async function readServiceCIDRs(
  client: ClusterClient,
  options: ReadOptions,
  reads: OptionalReads,
): Promise<string[]> {
  for (const version of ['v1', 'v1beta1']) {
    const objects = await reads.try(client.list(`/apis/networking.k8s.io/${version}/servicecidrs`, options));
    const cidrs = (objects ?? []).flatMap((object) => textsOf(fieldOf(object, 'spec', 'cidrs')));
    if (cidrs.length > 0) return cidrs;
  }
  const range = await reads.try(askForServiceRange(client, options));
  return range === undefined ? [] : [range];
}

/** Requests a Service at an address that no cluster assigns, as a dry run. Nothing is stored. */
async function askForServiceRange(client: ClusterClient, options: ReadOptions): Promise<string | undefined> {
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'mesh-rollout-service-range', namespace: 'default' },
    spec: { clusterIP: '1.1.1.1', ports: [{ port: 443 }] },
  };
  try {
    const query = { dryRun: 'All', fieldManager: 'mesh-rollout' };
    await client.request('POST', '/api/v1/namespaces/default/services', { ...options, query, body: service });
    return undefined;
  } catch (error) {
    if (error instanceof ClusterError && error.code === 'request-rejected')
      return parseServiceRange(error.message);
    throw error;
  }
}

/**
 * Returns the range in `… is not in the valid range. The range of valid IPs is 10.96.0.0/12` (Kubernetes
 * up to 1.32, registry/core/service/ipallocator/interfaces.go); undefined in any other text.
 */
export function parseServiceRange(message: string): string | undefined {
  return /The range of valid IPs is ([0-9a-fA-F.:]+\/\d+)/.exec(message)?.[1];
}
