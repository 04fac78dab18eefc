import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import type { ClusterClient } from '../client/cluster-client.js';
import type { OptionalReads } from '../client/optional-read.js';
import type { ReadOptions } from '../client/request-options.js';
import { fieldOf, mapsOf, textOf } from '../client/untrusted.js';

const MOST_PODS = 500;
/**
 * The limit is low because a workflow compares the blocks of all clusters at once, and stores them in its history.
 */
const MOST_ADDRESSES = 32;
/**
 * The format in which kubectl prints Pods: columns without the Pods themselves, which may contain secrets in `env`.
 */
const TABLE = 'application/json;as=Table;g=meta.k8s.io;v=v1,application/json';

/**
 * Reads up to 32 addresses of running Pods that are not on the host network, as blocks of one address. The addresses
 * come from 500 Pods of the cluster, or of kube-system if the credentials may list no others. If the network of a
 * cloud assigns the addresses of Pods, nothing else in the API shows them. A Pod of two families shows one
 * (Kubernetes 1.34, printers/internalversion/printers.go, printPod).
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
 * Returns some of the blocks, chosen by a hash and not at random: two clusters with the same addresses then choose
 * the same ones, and the conflict is found.
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
