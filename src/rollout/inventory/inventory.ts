import { z } from 'zod';
import { parseCidr } from '../../base/cidr.js';
import type { Readable } from '../../base/text/readable.js';
import { labelKeyProblem, labelValueProblem, stringProblem } from '../../base/text/syntax.js';
import { name, text } from '../../base/text/text-schema.js';
import { quote } from '../../base/text/wording.js';
import { tidyProblems } from '../problems/problem-order.js';
import { formatPath } from '../problems/problem-path.js';
import type { Parsed, Problem } from '../problems/problems.js';
import { checkSchema } from '../problems/schema-problems.js';

/**
 * The inventory: the clusters, and how the worker reaches them. It never leaves the worker; the API server needs only
 * names and labels.
 */

const cidrs = z.array(text(cidrProblem)).exactOptional();

const inventoryCluster = z.strictObject({
  /** DNS-1123 label. */
  name: name(),
  /** Path of the kubeconfig file; relative to the inventory's folder. */
  kubeconfig: text((input) => fileProblem(input, 'kubeconfig file')),
  /** Context of the kubeconfig; its current context if left out. */
  context: text((input) => (input === '' ? 'must not be empty' : stringProblem(input))).exactOptional(),
  /** How istiod reaches the API server; the kubeconfig's server if left out. */
  apiServer: text(apiServerProblem).exactOptional(),
  /**
   * Path of a PEM file with the CA that signs the API server's certificate; relative to the inventory's folder. The
   * cluster's own CA if left out.
   */
  certificateAuthority: text((input) => fileProblem(input, 'PEM file')).exactOptional(),
  /** CIDRs that cannot be determined from the cluster. */
  podCIDRs: cidrs,
  serviceCIDRs: cidrs,
  /** The labels that selectors match. */
  labels: z.record(text(labelKeyProblem), text(labelValueProblem)).exactOptional(),
});

const namedCluster = inventoryCluster.extend({
  kubeconfig: inventoryCluster.shape.kubeconfig.exactOptional(),
});

const clustersOf = <Cluster extends z.ZodType>(cluster: Cluster) =>
  z.strictObject({ clusters: z.array(cluster).min(1, 'must name at least one cluster') });

const inventory = clustersOf(inventoryCluster);
const names = clustersOf(namedCluster);

export type InventoryCluster = z.infer<typeof inventoryCluster>;
export type Inventory = z.infer<typeof inventory>;
/** The names and labels of an inventory. */
export type InventoryNames = z.infer<typeof names>;

/**
 * Checks an inventory.
 *
 * @param input parsed, unchecked YAML or JSON; it is not changed
 * @returns the inventory, or every problem at once
 */
export function parseInventory(input: unknown): Parsed<Inventory> {
  return parse(inventory, input);
}

/**
 * Checks an inventory for a service that never connects to a cluster: kubeconfigs may be left out. Everything else is
 * as in {@link parseInventory}, so the worker's inventory is also valid.
 */
export function parseInventoryNames(input: unknown): Parsed<InventoryNames> {
  return parse(names, input);
}

function parse<T extends InventoryNames>(schema: z.ZodType<T>, input: unknown): Parsed<T> {
  const checked = checkSchema(schema, input);
  const readable = (checked.ok ? checked.value : checked.readable) as Readable<InventoryNames>;
  const problems = tidyProblems([...(checked.ok ? [] : checked.problems), ...nameProblems(readable)], []);
  return checked.ok && problems.length === 0 ? checked : { ok: false, problems };
}

function nameProblems({ clusters = [] }: Readable<InventoryNames>): Problem[] {
  const first = new Map<string, number>();
  return clusters.flatMap((cluster, index) => {
    const before = cluster?.name === undefined ? undefined : first.get(cluster.name);
    if (cluster?.name !== undefined && before === undefined) first.set(cluster.name, index);
    if (cluster?.name === undefined || before === undefined) return [];
    const message = `${quote(cluster.name)} is already the name of clusters[${before}]: names must be unique`;
    return [{ path: formatPath(['clusters', index, 'name']), message }];
  });
}

function fileProblem(input: unknown, what: string): string | undefined {
  if (typeof input !== 'string') return stringProblem(input);
  if (input === '') return 'must not be empty';
  return /[\n\r\0]/.test(input) ? `is the path of a ${what}, not its content` : undefined;
}

function cidrProblem(input: unknown): string | undefined {
  if (typeof input !== 'string') return stringProblem(input);
  const cidr = parseCidr(input);
  if (cidr === undefined) return `${quote(input)} is not a CIDR such as 10.244.0.0/16 or fd00:10:244::/56`;
  return cidr.hasHostBits
    ? `${quote(input)} names an address inside the block: use the first address`
    : undefined;
}

/** URLs that need no repair: istiod, which receives the text, is stricter than the parser here. */
const AS_WRITTEN = /^[a-z]+:\/\/[^\s\\/]+(\/[^\s\\]*)?$/i;

function apiServerProblem(input: unknown): string | undefined {
  if (typeof input !== 'string') return stringProblem(input);
  const url = AS_WRITTEN.test(input) && URL.canParse(input) ? new URL(input) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    return 'is not a URL such as https://10.0.0.1:6443';
  if (url.username !== '' || url.password !== '') return 'must not contain credentials';
  if (url.protocol !== 'https:') return 'must begin with https://: istiod sends a token there';
  return url.search === '' && url.hash === '' ? undefined : 'must end with its host, port or path';
}
