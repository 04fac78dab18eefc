import { z } from 'zod';
import { dnsLabelProblem, PATTERN } from './syntax.js';

/**
 * Returns the schema of a string that a plain function checks.
 *
 * @param problem returns what is wrong with a value, or undefined; it also receives values that are not strings
 * @param meta the description of the rule for OpenAPI
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

/** Returns the schema of a DNS-1123 label of at most `longest` characters. */
export function name(longest = 63) {
  return text((input) => dnsLabelProblem(input, longest), { pattern: PATTERN.dnsLabel, maxLength: longest });
}
