import { FINDINGS, type FindingCode } from './codes.js';
import type { Finding } from './findings.js';

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
 * The findings that are left when the user takes on some codes: an accepted block that is overridable no longer blocks
 * and stays visible as `info`; an accepted warning is gone, and so is what never blocks. Applying it again changes nothing.
 */
export function applyAcceptance(findings: readonly Finding[], accept: readonly string[]): Finding[] {
  return findings.flatMap((finding): Finding[] => {
    if (!accept.includes(finding.code)) return [finding];
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
