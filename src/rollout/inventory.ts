import { z } from 'zod';
import { parseCidr } from './cidr.js';
import { tidyProblems } from './problem-order.js';
import { formatPath } from './problem-path.js';
import type { Parsed, Problem } from './problems.js';
import type { Readable } from './readable.js';
import { checkSchema } from './schema-problems.js';
import { labelKeyProblem, labelValueProblem, stringProblem } from './syntax.js';
import { name, text } from './text-schema.js';
import { quote } from './wording.js';

/** The inventory: which clusters there are, and how the worker reaches them. It never leaves the worker. */

const cidrs = z.array(text(cidrProblem)).exactOptional();

const inventoryCluster = z.strictObject({
  /** DNS-1123 label. */
  name: name(),
  /** Path of the kubeconfig file; relative to the inventory's folder. */
  kubeconfig: text(kubeconfigProblem),
  /** Context of the kubeconfig; its current one if left out. */
  context: text((input) => (input === '' ? 'must not be empty' : stringProblem(input))).exactOptional(),
  /** How istiod reaches the API server; the kubeconfig's server if left out. */
  apiServer: text(apiServerProblem).exactOptional(),
  /** What cannot be found out in the cluster. */
  podCIDRs: cidrs,
  serviceCIDRs: cidrs,
  /** What selectors look at. */
  labels: z.record(text(labelKeyProblem), text(labelValueProblem)).exactOptional(),
});

const inventory = z.strictObject({
  clusters: z.array(inventoryCluster).min(1, 'must name at least one cluster'),
});

export type InventoryCluster = z.infer<typeof inventoryCluster>;
export type Inventory = z.infer<typeof inventory>;

/**
 * Checks an inventory.
 *
 * @param input parsed YAML or JSON, not looked at yet; it is not changed
 * @returns the inventory, or every problem at once
 */
export function parseInventory(input: unknown): Parsed<Inventory> {
  const checked = checkSchema(inventory, input);
  const readable = checked.ok ? checked.value : checked.readable;
  const problems = tidyProblems([...(checked.ok ? [] : checked.problems), ...nameProblems(readable)], []);
  return checked.ok && problems.length === 0 ? checked : { ok: false, problems };
}

function nameProblems({ clusters = [] }: Readable<Inventory>): Problem[] {
  const first = new Map<string, number>();
  return clusters.flatMap((cluster, index) => {
    const before = cluster?.name === undefined ? undefined : first.get(cluster.name);
    if (cluster?.name !== undefined && before === undefined) first.set(cluster.name, index);
    if (cluster?.name === undefined || before === undefined) return [];
    const message = `${quote(cluster.name)} is the name of clusters[${before}] already: names must be unique`;
    return [{ path: formatPath(['clusters', index, 'name']), message }];
  });
}

function kubeconfigProblem(input: unknown): string | undefined {
  if (typeof input !== 'string') return stringProblem(input);
  if (input === '') return 'must not be empty';
  return /[\n\r\0]/.test(input) ? 'is the path of a kubeconfig file, not its content' : undefined;
}

function cidrProblem(input: unknown): string | undefined {
  if (typeof input !== 'string') return stringProblem(input);
  const cidr = parseCidr(input);
  if (cidr === undefined) return `${quote(input)} is not a CIDR such as 10.244.0.0/16 or fd00:10:244::/56`;
  return cidr.hasHostBits
    ? `${quote(input)} names an address inside the block: write the first one`
    : undefined;
}

/** URLs that need no repair: istiod, which gets the text, is stricter than the parser here. */
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
