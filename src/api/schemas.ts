import { z } from 'zod';
import { STATUSES } from '../rollout/steps.js';
import { PATTERN } from '../rollout/syntax.js';
import type { RolloutListItem } from '../temporal/rollout-view.js';
import type { StartedRollout } from '../temporal/start-rollout.js';
import type { ProblemDetails } from './problem.js';

/** Schemas of requests and small answers; those of a rollout's progress are in progress-schemas.ts. */

const problems = z.array(z.object({ path: z.string(), message: z.string() }));

export const milliseconds = z.number().int().describe('Milliseconds since the epoch');
export const status = z.enum(STATUSES);
export const execution = z
  .enum(['RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED', 'TERMINATED', 'TIMED_OUT', 'PAUSED', 'UNKNOWN'])
  .describe("Temporal's status of the workflow");

/** `{mesh}` of a path. */
export const MeshParams = z.object({
  mesh: z.string().max(63).regex(new RegExp(PATTERN.dnsLabel), 'is not the name of a mesh: a DNS-1123 label'),
});

/** Query of the list of rollouts. */
export const ListQuery = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(50).describe('At most how many rollouts'),
});

/** Body of `retry` and `skip`. Who decides is the token, never the body. */
export const DecisionBody = z
  .strictObject({
    cluster: z.string().min(1).max(63).exactOptional().describe('The cluster'),
    code: z.string().min(1).max(63).exactOptional().describe('Every cluster that waits with this code'),
    reason: z.string().max(500).exactOptional().describe('Why; stands in the audit'),
  })
  .refine((body) => (body.cluster === undefined) !== (body.code === undefined), {
    message: 'needs either cluster or code',
  });

const reason = z.string().max(500).exactOptional().describe('Why; stands in the audit');

/** Body of `pause`, `resume` and `abort`. */
export const ReasonBody = z.strictObject({ reason });

/** Body of `approve`. */
export const ApproveBody = z.strictObject({
  wave: z.string().min(1).max(63).exactOptional().describe('The wave; default: the one that waits'),
  reason,
});

/** Body of `accept`. */
export const AcceptBody = z.strictObject({
  codes: z.array(z.string().min(1).max(63)).min(1).max(50).describe('Codes of findings to take on'),
  reason,
});

/** Body of the change of the strategy. */
export const StrategyBody = z
  .strictObject({
    maxConcurrency: z.number().int().min(1).max(1000).exactOptional().describe('Remotes at once'),
    maxFailures: z
      .number()
      .int()
      .min(0)
      .max(1000)
      .exactOptional()
      .describe('Remotes that may wait for a person'),
    reason,
  })
  .refine((body) => body.maxConcurrency !== undefined || body.maxFailures !== undefined, {
    message: 'needs maxConcurrency or maxFailures',
  });

export const DecisionAnswer = z.object({ clusters: z.array(z.string()).readonly() });

export const StartAnswer: z.ZodType<StartedRollout> = z.object({
  mesh: z.string(),
  rolloutId: z.string(),
  workflowId: z.string(),
});

export const ListAnswer: z.ZodType<{ readonly rollouts: readonly RolloutListItem[] }> = z.object({
  rollouts: z.array(
    z.object({
      mesh: z.string(),
      rolloutId: z.string(),
      status,
      execution,
      requestedBy: z.string(),
      startedAt: milliseconds,
      finishedAt: milliseconds.exactOptional(),
    }),
  ),
});

export const ReadinessAnswer = z.object({
  temporal: z.enum(['ok', 'unavailable']),
  worker: z.enum(['polls', 'none', 'unknown']),
  message: z.string().exactOptional(),
});

const ProblemAnswer: z.ZodType<ProblemDetails> = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  code: z.string(),
  action: z.string().describe('What to do next'),
  problems: problems.exactOptional(),
  holder: z
    .object({ mesh: z.string(), rolloutId: z.string(), requestedBy: z.string(), startedAt: milliseconds })
    .exactOptional(),
});

/** The error answers that a route documents, by status. */
export function problemAnswers<S extends number>(...statuses: S[]) {
  const answer = { description: 'Error', content: { 'application/problem+json': { schema: ProblemAnswer } } };
  return Object.fromEntries(statuses.map((code) => [code, answer])) as Record<S, typeof answer>;
}
