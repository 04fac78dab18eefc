import { z } from 'zod';
import { closest } from '../../base/text/did-you-mean.js';
import { DURATION_PATTERN, durationProblem } from '../../base/text/duration.js';
import { limitProblem, PERCENT_PATTERN } from '../../base/text/percent.js';
import { identifierProblem, labelKeyProblem, labelValueProblem, PATTERN } from '../../base/text/syntax.js';
import { name, text } from '../../base/text/text-schema.js';
import { quote } from '../../base/text/wording.js';
import { ERRORS, FINDINGS, type FindingCode } from '../codes.js';
import { ACCEPTABLE, PER_CLUSTER_CODES } from '../resolve/acceptance.js';

/** The kinds of fields that the document is made of, beside texts and names. */

/** Name of the mesh's or network's identity: Istio writes it into labels. */
export function identifier() {
  return text(identifierProblem, { pattern: PATTERN.labelValue, minLength: 1, maxLength: 63 });
}

/** Labels that a cluster must all have. */
export function selector() {
  const key = text(labelKeyProblem, { pattern: PATTERN.labelKey });
  const value = text(labelValueProblem, { pattern: PATTERN.labelValue, maxLength: 63 });
  return z
    .record(key, value)
    .superRefine((labels, context) => {
      if (Object.keys(labels).length === 0)
        context.addIssue('must name at least one label, such as tier: prod');
    })
    .meta({ minProperties: 1 });
}

/** Duration within bounds that are durations themselves. */
export function duration(shortest: string, longest: string) {
  return text((input) => durationProblem(input, shortest, longest), {
    pattern: DURATION_PATTERN,
    minLength: 2,
  });
}

/** A number of remotes, or a percentage of all of them. */
export function limit(minimum: 0 | 1) {
  const error = ({ input }: { readonly input?: unknown }) => limitProblem(input, minimum);
  const count = z.int({ error }).min(minimum, { error });
  const share = text((input) => limitProblem(input, minimum), { pattern: PERCENT_PATTERN });
  return z.union([count, share], { error });
}

/** Istio Helm values; what may stand in them is judged by rules of its own. */
export function values() {
  return z.record(z.string(), z.unknown());
}

/** A finding that users take on: its code, or its code and the clusters that are meant. */
export function acceptedFinding() {
  const entry = z.strictObject({
    code: acceptableCode(),
    clusters: z.array(name()).min(1, 'must name at least one cluster'),
  });
  const forAll = acceptableCode().refine((code) => !PER_CLUSTER_CODES.includes(code));
  return z.union([forAll, entry], {
    error: ({ input }) =>
      typeof input === 'string' ? acceptProblem(input) : 'must be a code, or { code, clusters }',
  });
}

function acceptableCode() {
  return z.enum(ACCEPTABLE as [FindingCode, ...FindingCode[]], {
    error: ({ input }) => (typeof input === 'string' ? acceptProblem(input) : undefined),
  });
}

function acceptProblem(code: string): string {
  if (PER_CLUSTER_CODES.some((each) => each === code))
    return `${code} is accepted for named clusters only: write { code: ${code}, clusters: [eu-1] }`;
  if (Object.hasOwn(FINDINGS, code))
    return `${code} cannot be accepted. ${FINDINGS[code as FindingCode].action}`;
  if (Object.hasOwn(ERRORS, code)) return `${code} is the code of a failure; only findings can be accepted`;
  const guess = closest(code, ACCEPTABLE);
  return `${quote(code)} is not the code of a finding; ${guess === undefined ? `known are ${ACCEPTABLE.join(', ')}` : `did you mean ${guess}?`}`;
}
