import {
  formatSelector,
  type LabelledCluster,
  matchesSelector,
  type Selector,
} from '../../base/selectors.js';
import { didYouMean } from '../../base/text/did-you-mean.js';
import { hasHole, type Readable } from '../../base/text/readable.js';
import { listNames, quote } from '../../base/text/wording.js';
import type { RolloutDocument } from '../document/document.js';
import { formatPath } from '../problems/problem-path.js';
import type { Problem } from '../problems/problems.js';
import type { Values } from './resolved.js';

/**
 * The maximum number of remotes in a document. This number has been tested (bench/README.md). Every remote that waits
 * for a person is an open child workflow, and Temporal allows 2,000 of them (`limit.numPendingChildExecutions`).
 */
const MAX_REMOTES = 2_000;

/** The remotes of a rollout. */
export interface ChosenRemotes {
  /**
   * The remotes by name, in the order of the document. The clusters of a selector are in the order of the inventory.
   */
  readonly remotes: ReadonlyMap<string, { readonly values?: Values }>;
  /** False when an entry could not be resolved. Then a name that is not among the remotes may still be one. */
  readonly complete: boolean;
  readonly problems: readonly Problem[];
}

/**
 * Resolves the entries of `remotes` into clusters. A cluster that an entry names has the values of that entry,
 * wherever it is in the list; otherwise the first matching selector counts. The primary is never a remote, whatever
 * its labels.
 */
export function chooseRemotes(
  document: Readable<RolloutDocument>,
  inventory: readonly LabelledCluster[],
): ChosenRemotes {
  const entries = document.remotes ?? [];
  const primary = document.primary?.cluster;
  const named = new Set(entries.map((entry) => entry?.cluster));
  const remotes = new Map<string, { values?: Values }>();
  const problems: Problem[] = [];
  let complete = document.remotes !== undefined && primary !== undefined;

  entries.forEach((entry, index) => {
    const own = entry?.values === undefined ? {} : { values: entry.values };
    if (entry?.cluster !== undefined) {
      const problem = unknownCluster(entry.cluster, inventory);
      if (problem !== undefined) {
        problems.push({ path: formatPath(['remotes', index, 'cluster']), message: problem });
        complete = false;
      } else if (entry.cluster !== primary && !remotes.has(entry.cluster)) remotes.set(entry.cluster, own);
    } else if (entry?.selector !== undefined && !hasHole(entry.selector)) {
      const selector = entry.selector as Selector;
      const matched = inventory
        .filter(({ name }) => name !== primary)
        .filter((cluster) => matchesSelector(selector, cluster));
      if (matched.length === 0) {
        problems.push({
          path: formatPath(['remotes', index, 'selector']),
          message: noMatch(selector, inventory, primary),
        });
        complete = false;
      }
      for (const { name } of matched) if (!named.has(name) && !remotes.has(name)) remotes.set(name, own);
    } else complete = false;
  });
  if (remotes.size > MAX_REMOTES) problems.push({ path: 'remotes', message: tooMany(remotes.size) });
  return { remotes, complete, problems };
}

/** Returns that the inventory has no cluster of a name, or undefined if it has one. */
export function unknownCluster(name: string, inventory: readonly LabelledCluster[]): string | undefined {
  const names = inventory.map((cluster) => cluster.name);
  if (names.includes(name)) return undefined;
  const guess = didYouMean(name, names);
  return `${quote(name)} is not in the inventory${guess === '' ? `, which has ${listNames(names) || 'no cluster'}` : guess}`;
}

function tooMany(count: number): string {
  return `are ${count}, more than the ${MAX_REMOTES} that one rollout can hold: Temporal keeps no more child workflows open. Divide them between several meshes`;
}

function noMatch(
  selector: Selector,
  inventory: readonly LabelledCluster[],
  primary: string | undefined,
): string {
  const onlyPrimary = inventory.some(
    (cluster) => cluster.name === primary && matchesSelector(selector, cluster),
  );
  const reason = onlyPrimary ? 'only the primary, which is never a remote' : 'no cluster of the inventory';
  return `matches ${reason}: ${quote(formatSelector(selector))}`;
}
