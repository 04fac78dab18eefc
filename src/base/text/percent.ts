import { nameOfType } from './syntax.js';
import { quote } from './wording.js';

/** Limits that are a number of remotes or a percentage of all remotes. Plain TypeScript: workflows use it. */

/** The pattern that OpenAPI shows. */
export const PERCENT_PATTERN = '^[0-9]{1,3}%$';

const PERCENT = new RegExp(PERCENT_PATTERN);

/** Returns what is wrong with a limit, or undefined. */
export function limitProblem(input: unknown, minimum: 0 | 1): string | undefined {
  const expected = `a whole number from ${minimum}, or a percentage such as "20%"`;
  if (typeof input === 'number')
    return Number.isSafeInteger(input) && input >= minimum ? undefined : `must be ${expected}, not ${input}`;
  if (typeof input !== 'string') return `must be ${expected}, not ${nameOfType(input)}`;
  const percent = parsePercent(input);
  if (percent !== undefined && percent >= minimum && percent <= 100) return undefined;
  const unquote = /^[0-9]+$/.test(input) ? ': write the number without quotes' : '';
  return `must be ${expected} (${minimum}% to 100%), not ${quote(input)}${unquote}`;
}

/**
 * Returns the number of remotes that a valid limit stands for.
 *
 * @param total all remotes of the rollout, done or not
 * @param minimum the smallest result for a percentage: a rollout of 3 with 20% still runs, one remote at a time
 */
export function resolveLimit(limit: number | string, total: number, minimum: 0 | 1): number {
  if (typeof limit === 'number') return limit;
  return Math.max(minimum, Math.floor(((parsePercent(limit) ?? 0) * total) / 100));
}

function parsePercent(text: string): number | undefined {
  return PERCENT.test(text) ? Number.parseInt(text, 10) : undefined;
}
