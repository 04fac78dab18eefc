import { ERRORS, type ErrorCode } from '../rollout/codes.js';
import type { Problem } from '../rollout/problems/problems.js';
import { RolloutError } from '../rollout/rollout-error.js';
import { TEMPORAL_PROBLEMS, TemporalError } from '../temporal/connection/temporal-error.js';
import { type RolloutHolder, RolloutRunningError } from '../temporal/starting/rollout-running-error.js';
import { API_CODES, ApiError } from './api-codes.js';

/** Media type of every error response (RFC 9457). */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** An error response of the API. `code` and `action` are ours; the rest is defined by RFC 9457. */
export interface ProblemDetails {
  /** `urn:mesh-rollout:problem:` and the code. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** What happened this time, with the offending values. */
  readonly detail: string;
  readonly code: string;
  /** What to do next. */
  readonly action: string;
  /** For a document or a request: all its problems. */
  readonly problems?: readonly Problem[];
  /** For `rollout-running`: the rollout that holds the mesh. */
  readonly holder?: RolloutHolder;
}

/** HTTP statuses of the rollout codes. Every other code means that the rollout refuses in its current state: 409. */
const ROLLOUT_STATUS: Partial<Record<ErrorCode, number>> = {
  'document-invalid': 400,
  'decision-invalid': 400,
  'rollout-not-found': 404,
  'plan-not-found': 404,
  'cluster-unknown': 404,
  'idempotency-key-reused': 422,
  'plans-busy': 429,
  'inventory-invalid': 500,
  'internal-error': 500,
};

/**
 * Returns the response for an error; this is the only place that decides it. An unknown error becomes a 500 that does
 * not reveal its cause.
 */
export function problemOf(error: unknown): ProblemDetails {
  if (error instanceof RolloutError) {
    return {
      ...details(error.code, ROLLOUT_STATUS[error.code] ?? 409, ERRORS[error.code].title, error.message),
      action: error.action,
      ...(error instanceof RolloutRunningError && { holder: error.holder }),
    };
  }
  if (error instanceof TemporalError) {
    const { title, action } = TEMPORAL_PROBLEMS[error.code];
    return { ...details(error.code, 503, title, error.message), action };
  }
  if (error instanceof ApiError) {
    const { status, title, action } = API_CODES[error.code];
    return {
      ...details(error.code, status, title, error.message),
      action,
      ...(error.problems && { problems: error.problems }),
    };
  }
  const { title } = ERRORS['internal-error'];
  return {
    ...details('internal-error', 500, title, 'The cause is in the log of the API server.'),
    action: 'Check the log of the API server and report what it says. Trying again may help.',
  };
}

/** Returns the response for a document with problems. */
export function documentProblem(problems: readonly Problem[]): ProblemDetails {
  const { title, action } = ERRORS['document-invalid'];
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
  return { ...details('document-invalid', 400, title, `The document has ${count}.`), action, problems };
}

function details(
  code: string,
  status: number,
  title: string,
  detail: string,
): Omit<ProblemDetails, 'action'> {
  return { type: `urn:mesh-rollout:problem:${code}`, title, status, detail, code };
}
