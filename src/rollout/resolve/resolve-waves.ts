import {
  formatSelector,
  type LabelledCluster,
  matchesSelector,
  type Selector,
} from '../../base/selectors.js';
import { hasHole, type Readable } from '../../base/text/readable.js';
import { quote } from '../../base/text/wording.js';
import type { RolloutDocument } from '../document/document.js';
import { REST } from '../document/document-rules.js';
import { formatPath } from '../problems/problem-path.js';
import type { Problem } from '../problems/problems.js';
import { type ChosenRemotes, unknownCluster } from './resolve-remotes.js';

/** The remotes of each wave, in the order of the waves. */
export interface AssignedWaves {
  /** One for each wave of the document. */
  readonly clusters: readonly (readonly string[])[];
  /** The remotes that no wave of the document takes; they form a last wave `rest`. */
  readonly rest: readonly string[];
  readonly problems: readonly Problem[];
}

type Wave = NonNullable<NonNullable<Readable<RolloutDocument>['strategy']>['waves']>[number];

/**
 * Assigns every remote to the first wave that matches. A wave without selector and clusters takes all remaining
 * remotes.
 */
export function assignWaves(
  document: Readable<RolloutDocument>,
  chosen: ChosenRemotes,
  inventory: readonly LabelledCluster[],
): AssignedWaves {
  const { remotes } = chosen;
  const byName = new Map(inventory.map((cluster) => [cluster.name, cluster]));
  const left = new Set(remotes.keys());
  const problems: Problem[] = [];
  // It is unknown what an unreadable wave takes, and so what remains for the waves after it.
  let certain = chosen.complete;

  const clusters = (document.strategy?.waves ?? []).map((wave, index) => {
    if (wave === undefined || isUnclear(wave)) {
      certain = false;
      return [];
    }
    const path = ['strategy', 'waves', index];
    const strangers = unknownRemotes(wave.clusters, [...path, 'clusters'], chosen, inventory);
    const matched = [...remotes.keys()].filter((name) => isIn(wave, byName.get(name) ?? { name }));
    const taken = matched.filter((name) => left.delete(name));
    const isEmpty = certain ? taken.length === 0 : !inventory.some((cluster) => isIn(wave, cluster));
    if (strangers.length > 0) problems.push(...strangers);
    else if (isEmpty) problems.push({ path: formatPath(path), message: emptyWave(wave, matched) });
    return taken;
  });
  return { clusters, rest: [...left], problems };
}

/** Returns a problem for each name in a list that is not a remote. */
export function unknownRemotes(
  names: readonly (string | undefined)[] | undefined,
  path: readonly PropertyKey[],
  { remotes, complete }: ChosenRemotes,
  inventory: readonly LabelledCluster[],
): Problem[] {
  return (names ?? []).flatMap((name, index) => {
    if (name === undefined || remotes.has(name)) return [];
    const unknown = unknownCluster(name, inventory);
    if (unknown === undefined && !complete) return [];
    const message =
      unknown ?? `${quote(name)} is not a remote of this rollout: add it to remotes, or remove it here`;
    return [{ path: formatPath([...path, index]), message }];
  });
}

/** Returns whether it is unknown which remotes a wave takes. */
function isUnclear(wave: NonNullable<Wave>): boolean {
  if (hasHole(wave, ['name', 'approval', 'minSuccessTime'])) return true;
  return hasHole(wave.selector ?? {}) || hasHole(wave.clusters ?? []);
}

function isIn(wave: NonNullable<Wave>, cluster: LabelledCluster): boolean {
  if (wave.clusters !== undefined) return wave.clusters.includes(cluster.name);
  return wave.selector === undefined || matchesSelector(wave.selector as Selector, cluster);
}

function emptyWave(wave: NonNullable<Wave>, matched: readonly string[]): string {
  if (wave.selector === undefined && wave.clusters === undefined)
    return `takes all remaining remotes, but earlier waves have every remote: remove the wave (a last wave "${REST}" is added automatically when it is needed)`;
  if (matched.length > 0)
    return 'matches only remotes that earlier waves already have: change the order, or remove the wave';
  if (wave.selector === undefined) return 'has no remote of the rollout';
  return `matches no remote: ${quote(formatSelector(wave.selector as Selector))}`;
}
