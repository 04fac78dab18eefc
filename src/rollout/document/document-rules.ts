import type { Readable } from '../../base/text/readable.js';
import { quote } from '../../base/text/wording.js';
import { formatPath } from '../problems/problem-path.js';
import type { Problem } from '../problems/problems.js';
import type { RolloutDocument } from './document.js';
import { releaseProblems } from './release-rules.js';

/** Rules between the fields of a document that need no inventory. They look at whatever could be read. */

/** The wave that takes what no other wave does. */
export const REST = 'rest';

const DEFAULT_ISTIO_NAMESPACE = 'istio-system';
const SYSTEM_NAMESPACE = /^kube-/;

/** Every problem of a document that lies in how its fields go together. */
export function documentProblems(document: Readable<RolloutDocument>): Problem[] {
  return [
    ...releaseProblems(document),
    ...istioNamespaceProblems(document),
    ...remoteProblems(document),
    ...namespaceProblems(document),
    ...waveProblems(document),
    ...acceptProblems(document),
  ];
}

function acceptProblems({ accept = [] }: Readable<RolloutDocument>): Problem[] {
  const forAll = accept.map((entry) => (typeof entry === 'string' ? entry : undefined));
  return repeated(forAll, ['accept'], (code) => `${code} is accepted twice`);
}

function istioNamespaceProblems({ istioNamespace }: Readable<RolloutDocument>): Problem[] {
  if (istioNamespace === undefined || !SYSTEM_NAMESPACE.test(istioNamespace)) return [];
  return [
    {
      path: 'istioNamespace',
      message: `${istioNamespace} belongs to Kubernetes: give Istio a namespace of its own`,
    },
  ];
}

function remoteProblems({ remotes = [], primary }: Readable<RolloutDocument>): Problem[] {
  const named = remotes.map((remote) => remote?.cluster);
  const problems = repeated(
    named,
    ['remotes'],
    (cluster) => `${quote(cluster)} is a remote already: name each cluster once`,
    'cluster',
  );
  named.forEach((cluster, index) => {
    if (cluster === undefined || cluster !== primary?.cluster) return;
    const message = `${quote(cluster)} is the primary: it cannot be a remote of itself`;
    problems.push({ path: formatPath(['remotes', index, 'cluster']), message });
  });
  return problems;
}

function namespaceProblems(document: Readable<RolloutDocument>): Problem[] {
  const { namespaces = [], istioNamespace = DEFAULT_ISTIO_NAMESPACE, revision } = document;
  const names = namespaces.map((namespace) => namespace?.name);
  const problems = repeated(
    names,
    ['namespaces'],
    (name) => `${quote(name)} is there already: give each namespace one entry`,
    'name',
  );
  namespaces.forEach((namespace, index) => {
    const path = ['namespaces', index];
    const name = namespace?.name;
    if (name !== undefined && (SYSTEM_NAMESPACE.test(name) || name === istioNamespace))
      problems.push({
        path: formatPath([...path, 'name']),
        message: `${quote(name)} cannot have sidecars: it belongs to ${name === istioNamespace ? 'Istio' : 'Kubernetes'}`,
      });
    const injection = injectionOf(namespace);
    if (injection === 'enabled' && revision !== undefined && revision !== 'default')
      problems.push({
        path: formatPath([...path, 'injection']),
        message: `"enabled" is served by the revision default only: write injection: ${revision}`,
      });
    const twice = (cluster: string) => `${quote(cluster)} is named twice`;
    problems.push(...repeated(namespace?.clusters ?? [], [...path, 'clusters'], twice));
  });
  return problems;
}

/** The injection that an entry asks for, its default filled in; nothing when it could not be read. */
function injectionOf(
  namespace: NonNullable<Readable<RolloutDocument>['namespaces']>[number],
): string | undefined {
  if (namespace === undefined) return undefined;
  return Object.hasOwn(namespace, 'injection') ? namespace.injection : 'enabled';
}

function waveProblems({ strategy }: Readable<RolloutDocument>): Problem[] {
  const waves = strategy?.waves ?? [];
  const path = ['strategy', 'waves'];
  const problems = repeated(
    waves.map((wave) => wave?.name),
    path,
    (name) => `there is a wave ${quote(name)} already: give each its own name`,
    'name',
  );
  waves.forEach((wave, index) => {
    if (wave?.name === REST && (wave.selector !== undefined || wave.clusters !== undefined))
      problems.push({
        path: formatPath([...path, index, 'name']),
        message: `"${REST}" is the wave that takes every remaining remote: leave its selector and clusters out, or rename it`,
      });
    const twice = (cluster: string) => `${quote(cluster)} is named twice`;
    problems.push(...repeated(wave?.clusters ?? [], [...path, index, 'clusters'], twice));
  });
  return problems;
}

/** A problem for each item of a list that an earlier one equals. */
function repeated(
  items: readonly (string | undefined)[],
  path: readonly PropertyKey[],
  message: (item: string) => string,
  field?: string,
): Problem[] {
  const seen = new Set<string>();
  return items.flatMap((item, index) => {
    if (item === undefined || !seen.has(item)) {
      if (item !== undefined) seen.add(item);
      return [];
    }
    const place = field === undefined ? [...path, index] : [...path, index, field];
    return [{ path: formatPath(place), message: message(item) }];
  });
}
