import type { Problem } from './problems.js';

/** The maximum number of problems. They are part of an HTTP response and of a failure in Temporal's history. */
const MOST_PROBLEMS = 200;

/**
 * Returns the problems in the order of the document's fields, each once, up to a limit.
 *
 * @param fields the top-level fields in their order
 */
export function tidyProblems(problems: readonly Problem[], fields: readonly string[]): Problem[] {
  const byText = new Map(problems.map((problem) => [`${problem.path} ${problem.message}`, problem]));
  const sorted = [...byText.values()].sort(
    (a, b) => rank(a, fields) - rank(b, fields) || a.path.localeCompare(b.path, 'en', { numeric: true }),
  );
  const more = sorted.length - MOST_PROBLEMS;
  if (more <= 0) return sorted;
  return [...sorted.slice(0, MOST_PROBLEMS), { path: '', message: `${more} more problems are not listed` }];
}

function rank({ path }: Problem, fields: readonly string[]): number {
  const index = fields.indexOf(path.match(/^\w+/)?.[0] ?? '');
  return index < 0 ? fields.length : index;
}
