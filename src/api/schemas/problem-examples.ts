import { RolloutError } from '../../rollout/rollout-error.js';
import { TemporalError } from '../../temporal/connection/temporal-error.js';
import { RolloutRunningError } from '../../temporal/starting/rollout-running-error.js';
import { ApiError } from '../api-codes.js';
import { documentProblem, type ProblemDetails, problemOf } from '../problem.js';

/**
 * The examples that OpenAPI shows for each error status. The function that makes the responses also makes these, so
 * an example always equals a real response.
 */
const EXAMPLES: Readonly<Record<number, readonly ProblemDetails[]>> = {
  400: [
    problemOf(
      new ApiError('request-invalid', 'The body is not valid.', [
        { path: 'reason', message: 'Too big: expected string to have <=500 characters' },
      ]),
    ),
    documentProblem([{ path: 'remotes[1].cluster', message: 'is not in the inventory: eu-9' }]),
  ],
  401: [problemOf(new ApiError('unauthorized', 'A valid bearer token is required.'))],
  403: [problemOf(new ApiError('scope-missing', 'The token monitor has the scope read.'))],
  404: [problemOf(new RolloutError('rollout-not-found', 'There is no rollout of mesh shop.'))],
  405: [problemOf(new ApiError('method-unknown', 'DELETE /v1/rollouts'))],
  409: [
    problemOf(new RolloutError('not-waiting', 'Cluster eu-1 is Running: it does not wait for a decision.')),
    problemOf(
      new RolloutError(
        'rollout-changed',
        'The decision is for rollout 0199a7c2-5d0e-7c3b-9a44-2f1f6d1c7a10 of mesh shop, which has ended.',
      ),
    ),
    problemOf(
      new RolloutRunningError({
        mesh: 'shop',
        rolloutId: '0199a7c2-5d0e-7c3b-9a44-2f1f6d1c7a10',
        requestedBy: 'alice',
        startedAt: Date.UTC(2026, 10, 22, 9, 30),
      }),
    ),
  ],
  413: [problemOf(new ApiError('body-too-large', 'The body is longer than 64 KiB.'))],
  415: [problemOf(new ApiError('media-type-unsupported', 'The content type is neither JSON nor YAML.'))],
  422: [
    problemOf(
      new RolloutError(
        'idempotency-key-reused',
        'The Idempotency-Key was used with another document: it started the rollout 0199a7c2-5d0e-7c3b-9a44-2f1f6d1c7a10 of mesh shop.',
      ),
    ),
  ],
  429: [
    problemOf(
      new RolloutError(
        'plans-busy',
        '3 plans of mesh shop run already: at most 3 of a mesh and 10 in all may run at the same time.',
      ),
    ),
    problemOf(new ApiError('streams-busy', 'The token monitor has 100 event streams.')),
  ],
  500: [problemOf(new Error('anything that is not known'))],
  503: [problemOf(new TemporalError('temporal-unavailable', 'Temporal does not answer at 127.0.0.1:7233.'))],
};

/** Returns the examples of a status, or none for a status that no error has. */
export function problemExamples(status: number): ProblemDetails[] {
  return [...(EXAMPLES[status] ?? [])];
}
