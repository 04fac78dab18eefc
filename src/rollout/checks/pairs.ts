import { listNames } from '../../base/text/wording.js';
import { FINDINGS, type FindingCode } from '../codes.js';
import type { ClusterInspection, Finding, Severity } from './findings.js';
import { type Claim, findOverlaps, type Overlap } from './overlaps.js';

/** Checks between clusters on one network. Plain TypeScript and deterministic: workflows use it. */

// Everything that workflows need for findings, in one import.
export { applyAcceptance, isBlocking } from '../resolve/acceptance.js';

/** In the order in which they are reported. */
const OVERLAPS: readonly { readonly code: FindingCode; readonly severity: Severity }[] = [
  { code: 'pod-cidr-overlap', severity: 'block' },
  { code: 'pod-service-cidr-overlap', severity: 'block' },
  { code: 'service-cidr-overlap', severity: 'warn' },
];

/** How many names of clusters a finding lists. */
const MOST_NAMES = 5;

/** What a cluster has in common with others but must not. */
export interface Conflict {
  /** One finding for all of them, with a count and a few names. */
  readonly finding: Finding;
  /** The cluster that all the others conflict with. */
  readonly first: string;
  /** For each of the others, the finding about it and the first cluster. */
  readonly others: ReadonlyMap<string, Finding>;
}

/**
 * Returns the conflicts between clusters: the same cluster under two names, and overlapping CIDRs.
 *
 * A cluster that overlaps others is in at least one conflict of each kind, but not every pair is listed: if hundreds
 * of clusters share a block, each is reported with the first, and all of them in one finding. To leave a cluster out,
 * compare again without it.
 *
 * @param inspections the clusters that take part, in the order in which pairs are named; unreadable values are not
 *   compared
 */
export function compareClusters(inspections: readonly ClusterInspection[]): Conflict[] {
  const firstNames = new Map<string, string>();
  const twins: Conflict[] = [];
  const claims: Claim[] = [];
  for (const inspection of inspections) {
    const first = inspection.uid === undefined ? undefined : firstNames.get(inspection.uid);
    if (first !== undefined && inspection.uid !== undefined) {
      // Its CIDRs are those of its other name. Comparing them would only repeat this finding.
      const finding = sameCluster(first, inspection.cluster, inspection.uid);
      twins.push({ finding, first, others: new Map([[inspection.cluster, finding]]) });
      continue;
    }
    if (inspection.uid !== undefined) firstNames.set(inspection.uid, inspection.cluster);
    claims.push(...claimsOf(inspection));
  }
  return [...twins, ...overlapConflicts(findOverlaps(claims))];
}

/** Returns the findings of the conflicts by the name of the cluster. */
export function conflictsByCluster(conflicts: readonly Conflict[]): Map<string, Finding[]> {
  const found = new Map<string, Finding[]>();
  const add = (cluster: string, finding: Finding) => {
    const known = found.get(cluster);
    if (known) known.push(finding);
    else found.set(cluster, [finding]);
  };
  for (const { finding, first, others } of conflicts) {
    add(first, finding);
    for (const [cluster, own] of others) add(cluster, own);
  }
  return found;
}

function claimsOf({ cluster, podCIDRs, serviceCIDRs }: ClusterInspection): Claim[] {
  return [
    ...podCIDRs.map((cidr) => ({ cluster, use: 'pod' as const, cidr })),
    ...serviceCIDRs.map((cidr) => ({ cluster, use: 'service' as const, cidr })),
  ];
}

function sameCluster(first: string, second: string, uid: string): Finding {
  return {
    code: 'same-cluster-twice',
    severity: 'block',
    cluster: first,
    otherCluster: second,
    what: `${first} and ${second} are the same cluster`,
    where: `Namespace kube-system, uid ${uid}`,
    action: FINDINGS['same-cluster-twice'].action,
  };
}

/** Returns one conflict for each code and first cluster, however many other clusters and blocks there are. */
function overlapConflicts(overlaps: readonly Overlap[]): Conflict[] {
  return OVERLAPS.flatMap(({ code, severity }) => {
    const byFirst = new Map<string, Map<string, Overlap[]>>();
    for (const overlap of overlaps) {
      if (codeOf(overlap) !== code) continue;
      const [{ cluster: first }, { cluster: other }] = overlap;
      const others = byFirst.get(first) ?? new Map<string, Overlap[]>();
      const known = others.get(other);
      if (known) known.push(overlap);
      else others.set(other, [overlap]);
      byFirst.set(first, others);
    }
    return [...byFirst].map(([first, byOther]): Conflict => {
      const others = new Map(
        [...byOther].map(([other, pair]) => [other, pairFinding(code, severity, pair)] as const),
      );
      return { first, others, finding: groupFinding(others, [...byOther.values()].flat()) };
    });
  });
}

function codeOf([a, b]: Overlap): FindingCode {
  if (a.use !== b.use) return 'pod-service-cidr-overlap';
  return a.use === 'pod' ? 'pod-cidr-overlap' : 'service-cidr-overlap';
}

function pairFinding(code: FindingCode, severity: Severity, overlaps: readonly Overlap[]): Finding {
  const [[a, b] = [], ...more] = overlaps;
  if (!a || !b) throw new Error('a pair without an overlap');
  const others = more.length === 0 ? '' : `, and ${more.length} more of their CIDRs overlap`;
  return {
    code,
    severity,
    cluster: a.cluster,
    otherCluster: b.cluster,
    what: `${a.use} CIDR ${a.cidr} of ${a.cluster} overlaps ${b.use} CIDR ${b.cidr} of ${b.cluster}${others}`,
    where: `${a.use}CIDRs of ${a.cluster}, ${b.use}CIDRs of ${b.cluster}`,
    action: FINDINGS[code].action,
  };
}

/** Returns the finding of a pair, or one finding that counts the clusters if there are more. */
function groupFinding(others: ReadonlyMap<string, Finding>, overlaps: readonly Overlap[]): Finding {
  const [pair] = others.values();
  const [[a, b] = []] = overlaps;
  if (!pair || !a || !b) throw new Error('a conflict without others');
  if (others.size === 1) return pair;
  const names = listNames([...others.keys()], MOST_NAMES);
  return {
    ...pair,
    what: `${a.use} CIDR ${a.cidr} of ${a.cluster} overlaps ${b.use} CIDRs of ${others.size} other clusters: ${names}`,
    where: `${a.use}CIDRs of ${a.cluster}, ${b.use}CIDRs of ${names}`,
  };
}
