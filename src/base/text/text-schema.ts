import { z } from 'zod';
import { dnsLabelProblem, PATTERN } from './syntax.js';

/**
 * A string that a plain function judges.
 *
 * @param problem what is wrong with a value, or nothing; it is also asked about what is not a string
 * @param meta what OpenAPI shows of the rule
 */
export function text(
  problem: (input: unknown) => string | undefined,
  meta: Readonly<Record<string, unknown>> = {},
) {
  return z
    .string({ error: ({ input }) => (input === undefined || input === null ? undefined : problem(input)) })
    .superRefine((value, context) => {
      const message = problem(value);
      if (message !== undefined) context.addIssue(message);
    })
    .meta(meta);
}

/** DNS-1123 label of at most `longest` characters. */
export function name(longest = 63) {
  return text((input) => dnsLabelProblem(input, longest), { pattern: PATTERN.dnsLabel, maxLength: longest });
}
