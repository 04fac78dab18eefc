import { listNames, quote } from '../../base/text/wording.js';
import type { InventoryCluster } from './inventory.js';

/** A context of a kubeconfig, without credentials. */
export interface KubeconfigContext {
  readonly name: string;
  /** Absolute path of the kubeconfig that holds it. */
  readonly file: string;
  /** URL of the API server. */
  readonly server: string;
  readonly proxyUrl?: string;
  readonly tlsServerName?: string;
  /** Why an inventory cannot use this context. The other fields are then ignored. */
  readonly unusable?: string;
}

/** A cluster for the inventory, and what a person should know or fix about it. */
interface DraftedCluster {
  readonly entry: Pick<InventoryCluster, 'name'> & { readonly kubeconfig: string; readonly context: string };
  readonly remarks: readonly string[];
  /** True when istiod cannot use the server of the kubeconfig, so that `apiServer` has to be written by hand. */
  readonly needsApiServer: boolean;
}

/** A draft of an inventory, and the contexts that were left out, each with the reason. */
export interface InventoryDraft {
  readonly clusters: readonly DraftedCluster[];
  readonly leftOut: readonly { readonly context: string; readonly file: string; readonly why: string }[];
}

const LONGEST_NAME = 63;
const LOOPBACK = /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1?\])$/;

/** Returns an inventory made from contexts, with remarks where a rollout would have problems. */
export function draftInventory(contexts: readonly KubeconfigContext[]): InventoryDraft {
  const usable = contexts.filter(({ unusable }) => unusable === undefined);
  const names = uniqueNames(usable.map(({ name }) => name));
  const clusters = usable.map((context, index) => {
    const name = names[index] as string;
    const twins = usable.flatMap((other, at) => (at !== index && isSame(context, other) ? [names[at]] : []));
    return {
      entry: { name, kubeconfig: context.file, context: context.name },
      remarks: [
        ...(name === labelOf(context.name) ? [] : [`the name ${labelOf(context.name)} is already taken`]),
        ...(twins.length === 0
          ? []
          : [`same server as ${listNames(twins as string[])}: a cluster must not take part under two names`]),
        ...serverRemarks(context),
      ],
      needsApiServer: !isForIstiod(context.server),
    };
  });
  const leftOut = contexts.flatMap(({ name: context, file, unusable: why }) =>
    why === undefined ? [] : [{ context, file, why }],
  );
  return { clusters, leftOut };
}

/** Returns a DNS-1123 label for the name of a context. Long names keep their end, which distinguishes clusters. */
function labelOf(context: string): string {
  const label = context.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return label.slice(-LONGEST_NAME).replace(/^-+|-+$/g, '') || 'cluster';
}

/** Returns a label for each context. A number is added to labels that are taken. */
function uniqueNames(contexts: readonly string[]): string[] {
  const taken = new Set<string>();
  return contexts.map((context) => {
    const label = labelOf(context);
    let name = label;
    for (let number = 2; taken.has(name); number++) {
      const suffix = `-${number}`;
      name = `${label.slice(0, LONGEST_NAME - suffix.length).replace(/-+$/, '')}${suffix}`;
    }
    taken.add(name);
    return name;
  });
}

/**
 * Returns whether two contexts are the same cluster. One address may be several: with different proxies or TLS names.
 */
function isSame(one: KubeconfigContext, other: KubeconfigContext): boolean {
  const key = ({ server, proxyUrl, tlsServerName }: KubeconfigContext) =>
    JSON.stringify([
      URL.canParse(server) ? new URL(server).href.replace(/\/$/, '') : server,
      proxyUrl,
      tlsServerName,
    ]);
  return key(one) === key(other);
}

function serverRemarks({ server, proxyUrl }: KubeconfigContext): string[] {
  if (!isForIstiod(server)) {
    return [`istiod cannot reach ${shown(server)}: set apiServer to an https:// URL that it can reach`];
  }
  if (proxyUrl === undefined) return [];
  return [
    `the kubeconfig uses a proxy, but istiod does not: set apiServer if istiod cannot reach ${shown(server)}`,
  ];
}

/**
 * Returns whether istiod can use a server. A loopback address would be istiod's own machine, and istiod sends a
 * token, so the server must use https.
 */
function isForIstiod(server: string): boolean {
  if (!URL.canParse(server)) return false;
  const { protocol, hostname } = new URL(server);
  return protocol === 'https:' && !LOOPBACK.test(hostname);
}

/** Returns a server for people to read, without a user name or a password that it may contain. */
function shown(server: string): string {
  // Without a scheme, `user:password@host` is a URL of the scheme `user`.
  if (!/^https?:/i.test(server) || !URL.canParse(server)) return quote(server.replace(/^.*@/s, ''));
  const { protocol, host, pathname } = new URL(server);
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
}
