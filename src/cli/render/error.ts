import { ApiProblem, ApiUnreachable, UsageError } from '../api-error.js';
import type { Output } from '../terminal.js';
import { writeLines } from '../terminal.js';
import type { Style } from './layout/style.js';
import { clean, wrap } from './layout/text.js';

/**
 * Writes an error to standard error, as text or as the JSON of the API (RFC 9457). An error that does not
 * come from the API has only `title` and `action`.
 */
export function writeError(
  { err }: { readonly err: Output },
  error: unknown,
  output: 'text' | 'json',
  locate?: (path: string) => string,
): void {
  if (output === 'json') err.write(`${JSON.stringify(errorForPrograms(error), null, 2)}\n`);
  else writeLines(err, renderError(error, { style: err.style, width: err.size().columns }, locate));
}

function errorForPrograms(error: unknown): object {
  if (error instanceof ApiProblem) return error.problem;
  const action = actionOf(error);
  return { title: messageOf(error), ...(action !== '' && { action }) };
}

/** Returns an error as text: what happened, every problem with its position, and what to do next. */
export function renderError(
  error: unknown,
  frame: { readonly style: Style; readonly width: number },
  locate: (path: string) => string = () => '',
): string[] {
  const { style, width } = frame;
  const [first = '', ...rest] = messageOf(error).split('\n');
  return [
    ...wrap(first, width - 7).map((line, index) => `${index === 0 ? style.bad('error:') : '      '} ${line}`),
    ...rest.map((line) => clean(line)).map((line) => `  ${line}`),
    ...problemLines(error, locate),
    ...wrap(actionOf(error), width - 4).map((line, index) => `${index === 0 ? '  →' : '   '} ${line}`),
  ];
}

function messageOf(error: unknown): string {
  if (error instanceof ApiProblem) {
    const { code } = error.problem;
    return `${clean(error.message)}${code === undefined ? '' : ` (${code})`}`;
  }
  return error instanceof Error ? error.message : String(error);
}

function problemLines(error: unknown, locate: (path: string) => string): string[] {
  const problems = error instanceof ApiProblem ? (error.problem.problems ?? []) : [];
  const rows = problems.map(({ path, message }) => ({ place: locate(path), path, message: clean(message) }));
  const width = Math.max(0, ...rows.map(({ place }) => place.length));
  return rows.map(({ place, path, message }) =>
    ['', place.padEnd(width), `${path === '' ? '' : `${path}: `}${message}`]
      .join('  ')
      .replace(/^ {4,}/, '  '),
  );
}

function actionOf(error: unknown): string {
  if (error instanceof ApiProblem) return error.problem.action ?? '';
  if (error instanceof ApiUnreachable || error instanceof UsageError) return error.action ?? '';
  const { action } = error as { action?: unknown };
  return typeof action === 'string' ? action : '';
}
