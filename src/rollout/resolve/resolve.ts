import type { LabelledCluster } from '../../base/selectors.js';
import { parseDuration } from '../../base/text/duration.js';
import { resolveLimit } from '../../base/text/percent.js';
import type { Readable } from '../../base/text/readable.js';
import type { RolloutDocument } from '../document/document.js';
import { REST } from '../document/document-rules.js';
import type { Problem } from '../problems/problems.js';
import { RELEASES } from '../releases.js';
import { type ChosenRemotes, chooseRemotes, unknownCluster } from './resolve-remotes.js';
import { type AssignedWaves, assignWaves, unknownRemotes } from './resolve-waves.js';
import type { ResolvedNamespace, ResolvedRollout, ResolvedWave } from './resolved.js';

/** The result of resolving a document with the inventory: its clusters and waves, and every problem. */
export interface Resolution {
  readonly chosen: ChosenRemotes;
  readonly waves: AssignedWaves;
  readonly problems: readonly Problem[];
}

/** Resolves the clusters and waves of a document, as far as the document is readable. */
export function resolveClusters(
  document: Readable<RolloutDocument>,
  inventory: readonly LabelledCluster[],
): Resolution {
  const chosen = chooseRemotes(document, inventory);
  const waves = assignWaves(document, chosen, inventory);
  const namespaces = (document.namespaces ?? []).flatMap((namespace, index) =>
    unknownRemotes(namespace?.clusters, ['namespaces', index, 'clusters'], chosen, inventory),
  );
  const accepted = (document.accept ?? []).flatMap((entry, index) => {
    const clusters = typeof entry === 'object' ? entry.clusters : undefined;
    const named = clusters?.map((name) => (name === document.primary?.cluster ? undefined : name));
    return unknownRemotes(named, ['accept', index, 'clusters'], chosen, inventory);
  });
  const problems = [
    ...primaryProblems(document, inventory),
    ...chosen.problems,
    ...waves.problems,
    ...namespaces,
    ...accepted,
  ];
  return { chosen, waves, problems };
}

/** Returns the resolved document. Both arguments must be without problems. */
export function resolvedRollout(document: RolloutDocument, { chosen, waves }: Resolution): ResolvedRollout {
  const { strategy, primary } = document;
  const remoteValues = [
    ...new Set([...chosen.remotes.values()].flatMap(({ values }) => (values ? [values] : []))),
  ];
  const remotes = [...chosen.remotes].map(([cluster, { values }]) => ({
    cluster,
    ...(values && { values: remoteValues.indexOf(values) }),
  }));
  return {
    version: 1,
    mesh: document.mesh,
    release: document.release,
    revision: document.revision,
    installer: document.installer as ResolvedRollout['installer'],
    istioNamespace: document.istioNamespace,
    meshID: document.meshID ?? document.mesh,
    network: document.network,
    values: document.values,
    primary: {
      cluster: primary.cluster,
      profile: primary.profile ?? RELEASES[document.release]?.profiles[0] ?? '',
      values: primary.values,
    },
    remotes,
    remoteValues,
    namespaces: document.namespaces.map(resolvedNamespace),
    waves: resolvedWaves(document, waves),
    maxConcurrency: resolveLimit(strategy.maxConcurrency, remotes.length, 1),
    maxFailures: resolveLimit(strategy.maxFailures, remotes.length, 0),
    progressDeadlineMs: parseDuration(strategy.progressDeadline) ?? 0,
    accept: document.accept.map((entry) => (typeof entry === 'string' ? { code: entry } : entry)),
  };
}

function primaryProblems(
  { primary }: Readable<RolloutDocument>,
  inventory: readonly LabelledCluster[],
): Problem[] {
  if (primary?.cluster === undefined) return [];
  const message = unknownCluster(primary.cluster, inventory);
  return message === undefined ? [] : [{ path: 'primary.cluster', message }];
}

function resolvedNamespace(namespace: RolloutDocument['namespaces'][number]): ResolvedNamespace {
  const { name, injection, clusters } = namespace;
  return { name, injection, ...(clusters !== undefined && { clusters }) };
}

function resolvedWaves(document: RolloutDocument, { clusters, rest }: AssignedWaves): ResolvedWave[] {
  const waves = document.strategy.waves.map((wave, index) => ({
    name: wave.name,
    clusters: clusters[index] ?? [],
    ...(wave.approval !== undefined && { approval: wave.approval }),
    minSuccessTimeMs: parseDuration(wave.minSuccessTime) ?? 0,
  }));
  return rest.length === 0 ? waves : [...waves, { name: REST, clusters: rest, minSuccessTimeMs: 0 }];
}
