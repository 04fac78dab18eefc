import { FINDINGS, type FindingCode } from './codes.js';
import type { ClusterInspection, Finding, Severity } from './findings.js';
import { type Claim, findOverlaps, type Overlap } from './overlaps.js';

/** Checks between clusters on one network. Plain TypeScript and deterministic: workflows use it. */

// What workflows ask of findings, in one import.
export { applyAcceptance, isBlocking } from './acceptance.js';

/** In the order in which they are reported. */
const OVERLAPS: readonly { readonly code: FindingCode; readonly severity: Severity }[] = [
  { code: 'pod-cidr-overlap', severity: 'block' },
  { code: 'pod-service-cidr-overlap', severity: 'block' },
  { code: 'service-cidr-overlap', severity: 'warn' },
];

/**
 * Findings about pairs of clusters: one and the same cluster under two names, and overlapping CIDRs.
 *
 * A cluster that overlaps others is in at least one finding of each kind, but not every pair is listed: where hundreds of
 * clusters share a block, each is reported with the first. Who leaves a cluster out compares again without it.
 *
 * @param inspections the clusters that take part, in the order in which pairs are named; what could not be read of a
 *   cluster is not compared
 */
export function comparePairs(inspections: readonly ClusterInspection[]): Finding[] {
  const firstNames = new Map<string, string>();
  const findings: Finding[] = [];
  const claims: Claim[] = [];
  for (const inspection of inspections) {
    const first = inspection.uid === undefined ? undefined : firstNames.get(inspection.uid);
    if (first !== undefined && inspection.uid !== undefined) {
      // Its CIDRs are those of its other name: comparing them would only repeat this.
      findings.push(sameCluster(first, inspection.cluster, inspection.uid));
      continue;
    }
    if (inspection.uid !== undefined) firstNames.set(inspection.uid, inspection.cluster);
    claims.push(...claimsOf(inspection));
  }
  return [...findings, ...overlapFindings(findOverlaps(claims))];
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
    what: `${first} and ${second} are one and the same cluster`,
    where: `Namespace kube-system, uid ${uid}`,
    action: FINDINGS['same-cluster-twice'].action,
  };
}

/** One finding for each pair and code, however many of their blocks overlap. */
function overlapFindings(overlaps: readonly Overlap[]): Finding[] {
  return OVERLAPS.flatMap(({ code, severity }) => {
    const pairs = new Map<string, Overlap[]>();
    for (const overlap of overlaps.filter((each) => codeOf(each) === code)) {
      const key = `${overlap[0].cluster} ${overlap[1].cluster}`;
      pairs.set(key, [...(pairs.get(key) ?? []), overlap]);
    }
    return [...pairs.values()].flatMap(([first, ...more]) =>
      first === undefined ? [] : [overlapFinding(code, severity, first, more.length)],
    );
  });
}

function codeOf([a, b]: Overlap): FindingCode {
  if (a.use !== b.use) return 'pod-service-cidr-overlap';
  return a.use === 'pod' ? 'pod-cidr-overlap' : 'service-cidr-overlap';
}

function overlapFinding(code: FindingCode, severity: Severity, [a, b]: Overlap, more: number): Finding {
  const others = more === 0 ? '' : `, and ${more} more of their CIDRs do`;
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
