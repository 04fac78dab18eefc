import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { LineCounter, parseDocument } from 'yaml';
import type { KubeconfigContext } from '../../rollout/inventory/draft-inventory.js';

interface Named<T> {
  readonly name: string;
  readonly value: T;
}

/** The part of a kubeconfig that is read. Users are compared but never shown. */
interface Kubeconfig {
  readonly file: string;
  readonly contexts: readonly Named<Record<string, unknown>>[];
  readonly clusters: readonly Named<Record<string, unknown>>[];
  readonly users: readonly Named<Record<string, unknown>>[];
}

/**
 * Returns the contexts of kubeconfigs, each file read separately: many fleets have one file per cluster, with the
 * same names in all of them.
 *
 * @throws Error when a file cannot be read or is not a kubeconfig; the message contains nothing from the file
 */
export async function readContexts(files: readonly string[]): Promise<KubeconfigContext[]> {
  const unique = [...new Set(files.map((file) => resolve(file)))];
  const kubeconfigs = await Promise.all(unique.map((file) => readKubeconfig(file)));
  return kubeconfigs.flatMap((kubeconfig) => contextsOf(kubeconfig, [kubeconfig]));
}

/**
 * Returns the contexts that `kubectl config get-contexts` lists: those of the files in KUBECONFIG, where the first
 * file with a name wins and missing files count as empty, otherwise those of `~/.kube/config` (client-go 1.34,
 * tools/clientcmd/loader.go).
 *
 * @throws Error as {@link readContexts}, and when there is no file at all
 */
export async function readContextsAsKubectl(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<KubeconfigContext[]> {
  const listed = (environment.KUBECONFIG ?? '').split(delimiter).filter((file) => file !== '');
  const files = listed.length > 0 ? listed : [join(environment.HOME ?? homedir(), '.kube', 'config')];
  const read = await Promise.all(
    files.map((file) => readKubeconfig(resolve(file)).catch((error) => missing(error))),
  );
  const kubeconfigs = read.filter((kubeconfig) => kubeconfig !== undefined);
  if (kubeconfigs.length === 0) throw new Error(`there is no kubeconfig: ${files.join(', ')}`);
  const seen = new Set<string>();
  return kubeconfigs
    .flatMap((kubeconfig) => contextsOf(kubeconfig, kubeconfigs))
    .filter(({ name }) => !seen.has(name) && seen.add(name));
}

/** Thrown for a file that cannot be read. */
class KubeconfigError extends Error {
  readonly code: string | undefined;

  constructor(file: string, why: string, code?: string) {
    super(`the kubeconfig ${file} cannot be read: ${why}`);
    this.name = 'KubeconfigError';
    this.code = code;
  }
}

function missing(error: unknown): undefined {
  if (error instanceof KubeconfigError && error.code === 'ENOENT') return undefined;
  throw error;
}

/** @param all the files that kubectl would merge; an inventory names one file per cluster */
function contextsOf(own: Kubeconfig, all: readonly Kubeconfig[]): KubeconfigContext[] {
  return own.contexts.map(({ name, value }) => {
    const cluster = lookUp(own.clusters, value.cluster);
    const facts = {
      name,
      file: own.file,
      server: typeof cluster?.server === 'string' ? cluster.server : '',
      ...(typeof cluster?.['proxy-url'] === 'string' && { proxyUrl: cluster['proxy-url'] }),
      ...(typeof cluster?.['tls-server-name'] === 'string' && { tlsServerName: cluster['tls-server-name'] }),
    };
    const unusable = elsewhere('cluster', value.cluster, own, all) ?? elsewhere('user', value.user, own, all);
    if (unusable !== undefined) return { ...facts, unusable };
    return facts.server === '' ? { ...facts, unusable: 'its cluster names no server' } : facts;
  });
}

/** Returns why a context does not refer to an entry of its own file; undefined when it does. */
function elsewhere(
  kind: 'cluster' | 'user',
  name: unknown,
  own: Kubeconfig,
  all: readonly Kubeconfig[],
): string | undefined {
  if (typeof name !== 'string' || name === '') return `it names no ${kind}`;
  const find = (kubeconfig: Kubeconfig) => lookUp(kubeconfig[`${kind}s`], name);
  const first = all.find((kubeconfig) => find(kubeconfig) !== undefined);
  if (first === undefined) return `its ${kind} ${JSON.stringify(name)} is in no file`;
  if (first === own || isDeepStrictEqual(find(first), find(own))) return undefined;
  if (find(own) !== undefined)
    return `kubectl takes its ${kind} ${JSON.stringify(name)} from ${first.file}: name this file with --kubeconfig to have its own`;
  return `its ${kind} ${JSON.stringify(name)} is in ${first.file}, and an inventory names one file: write both into one with kubectl config view --flatten`;
}

function lookUp(
  list: readonly Named<Record<string, unknown>>[],
  name: unknown,
): Record<string, unknown> | undefined {
  return list.find((entry) => entry.name === name)?.value;
}

async function readKubeconfig(file: string): Promise<Kubeconfig> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new KubeconfigError(file, error.code ?? 'unknown error', error.code);
  });
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  // The message itself may quote the file, which contains credentials.
  if (error) throw new KubeconfigError(file, `line ${lines.linePos(error.pos[0]).line} is not YAML`);
  const content: unknown = document.toJS({ maxAliasCount: 100 });
  if (content !== null && (typeof content !== 'object' || Array.isArray(content)))
    throw new KubeconfigError(file, 'it is not a kubeconfig');
  const sections = (content ?? {}) as Record<string, unknown>;
  return {
    file,
    contexts: named(sections.contexts, 'context'),
    clusters: named(sections.clusters, 'cluster'),
    users: named(sections.users, 'user'),
  };
}

/** Returns the entries of a list such as `contexts: [{ name, context: {…} }]`. Invalid entries are left out. */
function named(list: unknown, key: string): Named<Record<string, unknown>>[] {
  return (Array.isArray(list) ? list : []).flatMap((entry: unknown) => {
    if (typeof entry !== 'object' || entry === null) return [];
    const { name, [key]: value } = entry as Record<string, unknown>;
    if (typeof name !== 'string') return [];
    return [{ name, value: (value ?? {}) as Record<string, unknown> }];
  });
}
