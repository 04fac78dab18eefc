import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { PATTERN } from '../../base/text/syntax.js';
import { PER_CLUSTER_CODES } from '../../rollout/resolve/acceptance.js';
import { STATUSES } from '../../rollout/steps.js';
import type { RolloutListItem } from '../../temporal/reading/rollout-view.js';
import type { StartedRollout } from '../../temporal/starting/start-rollout.js';
import { rolloutId } from '../decision.js';
import type { ProblemDetails } from '../problem.js';
import { STARTED_EXAMPLE } from './examples.js';
import { problemExamples } from './problem-examples.js';

/** Schemas of requests and small responses. Those of a rollout's progress are in progress-schemas.ts. */

const problems = z.array(z.object({ path: z.string(), message: z.string() }));

export const milliseconds = z.number().int().describe('Milliseconds since the epoch');
export const status = z.enum(STATUSES);
export const execution = z
  .enum(['RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED', 'TERMINATED', 'TIMED_OUT', 'PAUSED', 'UNKNOWN'])
  .describe("Temporal's status of the workflow");

/** `{mesh}` of a path. */
export const MeshParams = z.object({
  mesh: z
    .string()
    .max(63)
    .regex(new RegExp(PATTERN.dnsLabel), 'is not the name of a mesh: a DNS-1123 label')
    .describe('Name of the mesh')
    .meta({ examples: ['shop'] }),
});

/**
 * The header of draft-ietf-httpapi-idempotency-key-header. The draft puts the key in quotes; most clients do not. The
 * characters are those of typical keys: UUIDs, ULIDs, names of jobs.
 */
const IDEMPOTENCY_KEY = /^(?:[\w.:/+=~@-]{1,255}|"[\w.:/+=~@-]{1,255}")$/;

/** Headers of the start of a rollout. */
export const StartHeaders = z.object({
  'idempotency-key': z
    .string()
    .regex(
      IDEMPOTENCY_KEY,
      'is not a key: 1 to 255 letters, digits and . _ : / + = ~ @ -, with or without quotes',
    )
    .exactOptional()
    .describe(
      'Makes it safe to send the request again, for example after a lost connection: the same key with the same ' +
        'document returns the rollout of the first request, running or ended, with the header idempotent-replayed; with ' +
        'another document it is refused with 422. Keys belong to the token and are remembered for at least 24 hours. ' +
        'Use a random UUID.',
    )
    .meta({ examples: ['8e03978e-40d5-43e8-bc93-6894a57f9324'] }),
});

/** Query of the list of rollouts. */
export const ListQuery = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(50).describe('The maximum number of rollouts'),
});

const reason = z.string().max(500).exactOptional().describe('Why; recorded in the audit');

/** Body of `retry` and `skip`. The token says who decides, never the body. */
export const DecisionBody = z
  .strictObject({
    cluster: z.string().min(1).max(63).exactOptional().describe('The cluster'),
    code: z.string().min(1).max(63).exactOptional().describe('Every cluster that waits with this code'),
    reason,
    rolloutId,
  })
  .refine((body) => (body.cluster === undefined) !== (body.code === undefined), {
    message: 'needs either cluster or code',
  })
  .meta({
    oneOf: [{ required: ['cluster'] }, { required: ['code'] }],
    examples: [{ cluster: 'eu-1', reason: 'permission granted' }, { code: 'permission-missing' }],
  });

/** Body of `pause`, `resume` and `abort`. */
export const ReasonBody = z
  .strictObject({ reason, rolloutId })
  .meta({ examples: [{ reason: 'change freeze' }] });

/** Body of `approve`. It names the wave, so that a request that is sent twice does not also approve the next wave. */
export const ApproveBody = z
  .strictObject({ wave: z.string().min(1).max(63).describe('The wave'), reason, rolloutId })
  .meta({ examples: [{ wave: 'canary', reason: 'error rate is flat' }] });

/** Body of `accept`. */
export const AcceptBody = z
  .strictObject({
    codes: z.array(z.string().min(1).max(63)).min(1).max(50).describe('Codes of the findings to accept'),
    clusters: z
      .array(z.string().min(1).max(63))
      .min(1)
      .max(1000)
      .exactOptional()
      .describe(
        `Only the findings about these clusters. Required for ${PER_CLUSTER_CODES.join(', ')}; default: all clusters`,
      ),
    reason,
    rolloutId,
  })
  .superRefine(({ codes, clusters }, context) => {
    if (clusters !== undefined) return;
    const message = 'is required: this finding can only be accepted for named clusters';
    for (const code of codes.filter((each) => PER_CLUSTER_CODES.includes(each))) {
      context.addIssue({ code: 'custom', path: ['clusters'], message: `${message} (${code})` });
    }
  })
  .meta({
    examples: [
      { codes: ['service-cidr-overlap'], reason: 'no ClusterIP is used across' },
      { codes: ['attached-elsewhere'], clusters: ['eu-1'], reason: 'it moves to this mesh' },
    ],
  });

/** Body of the change of the strategy. */
export const StrategyBody = z
  .strictObject({
    maxConcurrency: z
      .number()
      .int()
      .min(1)
      .max(1000)
      .exactOptional()
      .describe('Remotes to work on at the same time'),
    maxFailures: z
      .number()
      .int()
      .min(0)
      .max(1000)
      .exactOptional()
      .describe('Remotes that may wait for a person'),
    reason,
    rolloutId,
  })
  .refine((body) => body.maxConcurrency !== undefined || body.maxFailures !== undefined, {
    message: 'needs maxConcurrency or maxFailures',
  })
  .meta({
    anyOf: [{ required: ['maxConcurrency'] }, { required: ['maxFailures'] }],
    examples: [{ maxConcurrency: 20, maxFailures: 3, reason: 'the canary went well' }],
  });

export const DecisionAnswer = z
  .object({ clusters: z.array(z.string()).readonly().describe('The clusters that the decision reached') })
  .meta({ examples: [{ clusters: ['eu-1'] }] });

export const StartAnswer: z.ZodType<StartedRollout> = z
  .object({ mesh: z.string(), rolloutId: z.string(), workflowId: z.string() })
  .meta({ examples: [STARTED_EXAMPLE] });

export const ListAnswer: z.ZodType<{ readonly rollouts: readonly RolloutListItem[] }> = z
  .object({
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
  })
  .meta({
    examples: [
      {
        rollouts: [
          {
            mesh: 'shop',
            rolloutId: STARTED_EXAMPLE.rolloutId,
            status: 'Succeeded',
            execution: 'COMPLETED',
            requestedBy: 'alice',
            startedAt: Date.UTC(2026, 10, 22, 9, 30),
            finishedAt: Date.UTC(2026, 10, 22, 9, 42),
          },
        ],
      },
    ],
  });

export const HealthAnswer = z.object({ status: z.literal('ok') }).meta({ examples: [{ status: 'ok' }] });

export const ReadinessAnswer = z
  .object({
    temporal: z.enum(['ok', 'unavailable']),
    worker: z.enum(['polls', 'none', 'unknown']),
    message: z.string().exactOptional(),
  })
  .meta({ examples: [{ temporal: 'ok', worker: 'polls' }] });

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

/** Returns the error responses that a route documents, by status, with examples. */
export function problemAnswers<S extends number>(...statuses: S[]) {
  const answerOf = (status: S) => ({
    description: STATUS_CODES[status] ?? 'Error',
    content: {
      'application/problem+json': { schema: ProblemAnswer.meta({ examples: problemExamples(status) }) },
    },
  });
  return Object.fromEntries(statuses.map((status) => [status, answerOf(status)])) as Record<
    S,
    ReturnType<typeof answerOf>
  >;
}

/** The error statuses that every route under /v1 may return. */
export const commonProblems = problemAnswers(400, 401, 403, 500, 503);

/** The additional error statuses of routes with a body. */
export const bodyProblems = problemAnswers(413, 415);
