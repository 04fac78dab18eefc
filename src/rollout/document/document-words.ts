import { dnsLabelProblem, stringProblem } from '../../base/text/syntax.js';
import { quote } from '../../base/text/wording.js';
import { INSTALLERS, PROFILES, RELEASES, SUPPORTED_INSTALLERS } from '../releases.js';

/** The fields of the document whose values are words of Istio. Every function says what is wrong, or nothing. */

/** The longest revision for which the Service `istiod-<revision>` has a valid name. */
export const LONGEST_REVISION = 56;

const MINOR = /^[0-9]+\.[0-9]+$/;

/** The release: a minor that this version can install. */
export function releaseProblem(input: unknown): string | undefined {
  const known = Object.keys(RELEASES).map(quote).join(', ');
  if (typeof input === 'number')
    return `must be a string, not a number: write it in quotes, as in release: ${known}`;
  if (typeof input !== 'string') return stringProblem(input);
  if (Object.hasOwn(RELEASES, input)) return undefined;
  if (MINOR.test(input)) return `release ${quote(input)} is not supported; what works now: ${known}`;
  return `${quote(input)} is not the minor of a release: write it like ${known}, without "v" and patch number`;
}

/** The installer: a word of the contract that this version can use. */
export function installerProblem(input: unknown): string | undefined {
  if (typeof input !== 'string') return stringProblem(input);
  const works = SUPPORTED_INSTALLERS.join(', ');
  if (SUPPORTED_INSTALLERS.some((installer) => installer === input)) return undefined;
  if (INSTALLERS.some((installer) => installer === input))
    return `installer ${input} is not built into this version of mesh-rollout yet; what works now: ${works}`;
  return `${quote(input)} is not an installer; what works now: ${works}`;
}

/** The profile of the primary: one that some release has, or why none can be used. */
export function profileProblem(input: unknown): string | undefined {
  if (typeof input !== 'string') return stringProblem(input);
  if (PROFILES.includes(input)) return undefined;
  const known = PROFILES.join(', ');
  const [reason] = Object.values(RELEASES).flatMap(({ uselessProfiles }) =>
    Object.hasOwn(uselessProfiles, input) ? [uselessProfiles[input]] : [],
  );
  if (reason === undefined) return `${quote(input)} is not a profile for a primary; use one of ${known}`;
  return `profile ${input} cannot be used: ${reason}; use one of ${known}`;
}

/** A revision of Istio, as it stands in names and labels. */
export function revisionProblem(input: unknown): string | undefined {
  return dnsLabelProblem(input, LONGEST_REVISION);
}

/** What a namespace asks for: `enabled`, or a revision. */
export function injectionProblem(input: unknown): string | undefined {
  if (input === 'disabled')
    return 'must be enabled or a revision: a namespace without injection is left out of the document';
  if (typeof input === 'boolean') return 'must be "enabled" or a revision, not a boolean';
  return revisionProblem(input);
}
