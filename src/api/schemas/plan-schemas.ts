import { z } from 'zod';
import { ERRORS, type ErrorCode } from '../../rollout/codes.js';
import type { PlanGroup, RolloutPlan } from '../../rollout/plan/plan.js';
import type { PlanView, StartedPlan } from '../../temporal/reading/plan-view.js';
import { attention, finding } from './progress-schemas.js';
import { milliseconds } from './schemas.js';

/** The schemas of plans. The compiler checks them against the types. */

const strings = z.array(z.string());
const count = z.number().int();

/** `{planId}` of a path. */
export const PlanParams = z.object({ planId: z.uuid('is not the ID of a plan: a UUID') });

export const PlanStartAnswer: z.ZodType<StartedPlan> = z.object({
  planId: z.string(),
  mesh: z.string(),
  workflowId: z.string(),
});

const counts = z.object({ create: count, change: count, label: count, prune: count, keep: count });
const kindLists = z.array(z.object({ kind: z.string(), count, names: strings }));

const group: z.ZodType<PlanGroup> = z.object({
  role: z.enum(['primary', 'remote']),
  clusters: strings.describe('The first of the clusters for which a rollout would do the same'),
  clusterCount: count,
  counts,
  create: kindLists,
  change: kindLists,
  label: strings.describe('Namespaces to be labelled for injection'),
  prune: kindLists.describe('Objects of an earlier installation that would be deleted'),
  problems: z.array(
    z.object({
      code: z.enum(Object.keys(ERRORS) as ErrorCode[]),
      message: z.string(),
      action: z.string(),
    }),
  ),
  notes: strings.describe('What a dry run could not determine'),
});

const plan: z.ZodType<RolloutPlan> = z.object({
  mesh: z.string(),
  outcome: z.enum(['no-change', 'changes', 'blocked']),
  release: z.string(),
  revision: z.string(),
  istioNamespace: z.string(),
  meshID: z.string(),
  network: z.string(),
  primary: z.string(),
  remotes: count,
  waves: z.array(
    z.object({
      name: z.string(),
      clusters: strings,
      clusterCount: count,
      approval: z.enum(['before', 'after']).exactOptional(),
      minSuccessTimeMs: count,
    }),
  ),
  maxConcurrency: count,
  maxFailures: count,
  progressDeadlineMs: count,
  accept: strings,
  running: z
    .object({ rolloutId: z.string(), requestedBy: z.string(), startedAt: milliseconds })
    .exactOptional()
    .describe('The rollout of the mesh that is running at the same time'),
  findings: z.array(finding.extend({ acceptable: z.boolean() })),
  findingCounts: z.object({ block: count, warn: count, info: count }),
  counts,
  groups: z.array(group),
  clustersLeftOut: count.describe('The number of clusters whose groups are not listed'),
  withoutSidecar: z.array(z.object({ cluster: z.string(), pods: count })),
  podsWithoutSidecar: count,
});

export const PlanAnswer: z.ZodType<PlanView> = z.object({
  planId: z.string(),
  mesh: z.string(),
  requestedBy: z.string(),
  startedAt: milliseconds,
  finishedAt: milliseconds.exactOptional(),
  status: z.enum(['Running', 'Succeeded', 'Failed']),
  worker: z.enum(['answers', 'none', 'failing']).exactOptional(),
  progress: z
    .object({ step: z.enum(['resolve', 'validate', 'plan']), done: count, total: count })
    .exactOptional(),
  plan: plan.exactOptional(),
  attention: attention.exactOptional(),
  problems: z.array(z.object({ path: z.string(), message: z.string() })).exactOptional(),
});
