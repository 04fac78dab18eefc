import { z } from 'zod';
import { FINDINGS, type FindingCode } from '../../rollout/codes.js';
import { PRIMARY_STEPS, REMOTE_STEPS, ROLLOUT_STEPS } from '../../rollout/steps.js';
import type { ClusterView, RolloutView } from '../../temporal/reading/rollout-view.js';
import { ROLLOUT_EXAMPLE } from './examples.js';
import { execution, milliseconds, status } from './schemas.js';

/** The schema of a rollout as `GET /v1/rollouts/{mesh}` answers it; the compiler holds it to the types. */

const step = z.enum([...ROLLOUT_STEPS, ...PRIMARY_STEPS, ...REMOTE_STEPS]);
const strings = z.array(z.string());
export const attention = z.object({ code: z.string(), message: z.string(), action: z.string() });
export const finding = z.object({
  code: z.enum(Object.keys(FINDINGS) as FindingCode[]),
  severity: z.enum(['block', 'warn', 'info']),
  cluster: z.string().exactOptional(),
  otherCluster: z.string().exactOptional(),
  what: z.string(),
  where: z.string(),
  action: z.string(),
});
const stepProgress = z.object({
  step,
  status,
  attempts: z.number().int(),
  startedAt: milliseconds.exactOptional(),
  finishedAt: milliseconds.exactOptional(),
  changed: z.number().int().exactOptional(),
  message: z.string().exactOptional(),
});
const attempt = z
  .object({
    activity: z.string(),
    attempt: z.number().int(),
    state: z.enum(['running', 'waiting', 'paused']),
    lastError: z.object({ code: z.string().exactOptional(), message: z.string() }).exactOptional(),
    nextAttemptAt: milliseconds.exactOptional(),
  })
  .describe('What is being tried right now');

const ClusterAnswer: z.ZodType<ClusterView> = z.object({
  cluster: z.string(),
  role: z.enum(['primary', 'remote']),
  wave: z.string().exactOptional(),
  status,
  step: step.exactOptional(),
  attention: attention.exactOptional(),
  startedAt: milliseconds.exactOptional(),
  finishedAt: milliseconds.exactOptional(),
  changed: z.number().int().describe('Objects created or changed so far'),
  proofs: z
    .array(
      z.object({
        what: z.string().describe('What it is about, such as "webhook CA"'),
        value: z.string().describe('What was seen'),
        proven: z.boolean(),
      }),
    )
    .exactOptional()
    .describe('What was read back from a remote to call it part of the mesh'),
  endpoints: strings.exactOptional().describe('Addresses of the control plane that a remote holds'),
  podsWithoutSidecar: z.number().int().exactOptional(),
  steps: z.array(stepProgress).exactOptional(),
  findings: z.array(finding).exactOptional(),
  attempt: attempt.exactOptional(),
});

const header = z.object({
  mesh: z.string(),
  rolloutId: z.string(),
  release: z.string(),
  requestedBy: z.string(),
  status,
  workflowId: z.string(),
  execution,
  worker: z.enum(['answers', 'none', 'failing']),
  version: z.string().exactOptional(),
  attention: attention.exactOptional(),
  attempt: attempt.exactOptional(),
  problems: z.array(z.object({ path: z.string(), message: z.string() })).exactOptional(),
  startedAt: milliseconds,
  finishedAt: milliseconds.exactOptional(),
  steps: z.array(stepProgress),
  waves: z.array(
    z.object({
      name: z.string(),
      status,
      clusters: strings,
      waitingFor: z.string().exactOptional(),
      settledAt: milliseconds.exactOptional(),
    }),
  ),
  findings: z.array(finding),
  audit: z.array(
    z.object({
      at: milliseconds,
      by: z.string(),
      via: z
        .enum(['api', 'temporal'])
        .describe(
          "The door that it came through; through Temporal's own UI and CLI `by` is what the sender wrote",
        ),
      action: z.string(),
      target: z.string().exactOptional(),
      reason: z.string().exactOptional(),
    }),
  ),
  changed: z.number().int(),
});

export const RolloutAnswer: z.ZodType<RolloutView> = header
  .extend({ clusters: z.array(ClusterAnswer) })
  .meta({ examples: [ROLLOUT_EXAMPLE] });
