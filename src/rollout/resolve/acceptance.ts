import type { Finding } from '../checks/findings.js';
import { type ErrorCode, FINDINGS, type FindingCode } from '../codes.js';

/** What findings hold, and what accepting them changes. Plain TypeScript and deterministic: workflows use it. */

/** Codes that are never a block: accepting them only silences them. */
const NEVER_BLOCKS: ReadonlySet<FindingCode> = new Set([
  'pods-without-sidecar',
  'injection-unproven',
  'api-server-unverified',
]);

/** Every code that a user may accept, in the order of the catalogue. */
export const ACCEPTABLE = (Object.keys(FINDINGS) as FindingCode[]).filter(
  (code) => FINDINGS[code].overridable || NEVER_BLOCKS.has(code),
);

/**
 * Codes that a user accepts for named clusters only. Accepting one of them lets the rollout change what another mesh or
 * another revision owns, so that one word must never count for a whole fleet.
 */
export const PER_CLUSTER_CODES: readonly string[] = [
  'attached-elsewhere',
  'default-tag-elsewhere',
  'installer-differs',
  'root-certificate-elsewhere',
  'primary-differs',
] satisfies FindingCode[];

/** Failures of a step that end when a user accepts one of these findings for the cluster, and the step runs again. */
export const RELEASED_BY: Readonly<Partial<Record<ErrorCode, readonly FindingCode[]>>> = {
  'remote-taken': ['attached-elsewhere', 'default-tag-elsewhere'],
  'installer-conflict': ['installer-differs'],
  'injection-not-proven': ['injection-unproven'],
  'remote-secret-refused': ['api-server-unverified'],
  'remotes-not-pointed': ['remote-left-behind'],
};

/** Findings that a user takes on: in the named clusters, or in every cluster when `clusters` is absent. */
export interface AcceptedCode {
  readonly code: string;
  readonly clusters?: readonly string[];
}

/** The codes that are accepted for one cluster. */
export function acceptedFor(accepted: readonly AcceptedCode[], cluster: string): string[] {
  return accepted
    .filter(({ clusters }) => clusters === undefined || clusters.includes(cluster))
    .map(({ code }) => code);
}

/**
 * The findings that are left when the user accepts some codes: an accepted block that is overridable no longer blocks
 * and stays visible as `info`; an accepted warning is gone, and so is what never blocks. Applying it again changes nothing.
 * A finding about a pair of clusters is accepted when its code is accepted for either of them.
 */
export function applyAcceptance(findings: readonly Finding[], accepted: readonly AcceptedCode[]): Finding[] {
  if (accepted.length === 0) return [...findings];
  return findings.flatMap((finding): Finding[] => {
    const about = [finding.cluster, finding.otherCluster];
    const isAccepted = accepted.some(
      ({ code, clusters }) =>
        code === finding.code &&
        (clusters === undefined || about.some((name) => name !== undefined && clusters.includes(name))),
    );
    if (!isAccepted) return [finding];
    if (finding.severity === 'warn' || NEVER_BLOCKS.has(finding.code)) return [];
    if (finding.severity === 'block' && FINDINGS[finding.code].overridable)
      return [{ ...finding, severity: 'info' }];
    return [finding];
  });
}

/** Whether a finding holds anything at all. */
export function isBlocking(finding: Finding): boolean {
  return finding.severity === 'block';
}
