import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import type { ClusterClient } from '../client/cluster-client.js';
import type { OptionalReads } from '../client/optional-read.js';
import type { ReadOptions } from '../client/request-options.js';
import { fieldOf, mapsOf, textOf } from '../client/untrusted.js';

const MOST_PODS = 500;
/** A workflow compares the blocks of all clusters in one go, and keeps them in its history. */
const MOST_ADDRESSES = 32;
/** As kubectl prints Pods: columns without the Pods behind them, which may hold secrets of their own in `env`. */
const TABLE = 'application/json;as=Table;g=meta.k8s.io;v=v1,application/json';

/**
 * Reads up to 32 addresses of running Pods that have one of their own, as blocks of one address: a sample of 500 Pods of
 * the cluster, or of kube-system where the credentials may list no others. Where the network of a cloud assigns Pods their
 * addresses, nothing else in the API shows them. A Pod of two families shows one (Kubernetes 1.34,
 * printers/internalversion/printers.go, printPod).
 */
export async function readPodAddresses(
  client: ClusterClient,
  options: ReadOptions,
  reads: OptionalReads,
): Promise<string[]> {
  const query = {
    fieldSelector: 'status.phase=Running,spec.hostNetwork=false',
    includeObject: 'None',
    limit: MOST_PODS,
  };
  const read = (path: string) =>
    reads.try(client.request<unknown>('GET', path, { ...options, query, accept: TABLE }));
  const table = (await read('/api/v1/pods')) ?? (await read('/api/v1/namespaces/kube-system/pods'));
  const column = mapsOf(fieldOf(table, 'columnDefinitions')).findIndex(({ name }) => name === 'IP');
  const blocks = mapsOf(fieldOf(table, 'rows'))
    .slice(0, MOST_PODS)
    .flatMap(({ cells }) => blockOf(Array.isArray(cells) ? textOf(cells[column]) : ''));
  return sampleOf(blocks);
}

/**
 * Some of the blocks, chosen by a hash and not by chance: two clusters that hold the same addresses then choose the same
 * ones, and the conflict shows.
 */
function sampleOf(blocks: readonly string[]): string[] {
  return [...new Set(blocks)]
    .map((block) => ({ block, rank: createHash('sha256').update(block).digest('hex') }))
    .sort((one, other) => (one.rank < other.rank ? -1 : 1))
    .slice(0, MOST_ADDRESSES)
    .map(({ block }) => block);
}

function blockOf(address: string): string[] {
  const family = isIP(address);
  return family === 0 ? [] : [`${address}/${family === 4 ? 32 : 128}`];
}
