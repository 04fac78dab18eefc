import {
  ActivityFailure,
  ApplicationFailure,
  setCurrentDetails,
  setHandler,
  TimeoutFailure,
  workflowInfo,
} from '@temporalio/workflow';
import { concurrently } from '../src/base/concurrency/concurrently.js';
import type { FailureDetail } from '../src/rollout/activities.js';
import type { ClusterInspection, Finding } from '../src/rollout/checks/findings.js';
import { ERRORS, type ErrorCode } from '../src/rollout/codes.js';
import { describePlan } from '../src/rollout/plan/describe-plan.js';
import { makePlan, planFindings, untried, whyUntriable } from '../src/rollout/plan/make-plan.js';
import type {
  ClusterPlan,
  PlanProgress,
  PrimaryPlan,
  RemotePlan,
  RolloutPlan,
} from '../src/rollout/plan/plan.js';
import { acceptedFor } from '../src/rollout/resolve/acceptance.js';
import { primaryInput, remoteInput } from '../src/rollout/resolve/cluster-inputs.js';
import type { ResolvedRollout } from '../src/rollout/resolve/resolved.js';
import { activities, callOptions } from './activities.js';
import { inspectInBatches } from './inspect-clusters.js';
import { planProgress } from './messages.js';

/** The number of remotes that are tried at the same time; each needs 30 or more requests. */
const CONCURRENCY = 10;
/** The limit for one cluster, for all attempts together: a plan reports an unreachable cluster instead of waiting. */
const CLUSTER_DEADLINE_MS = 90_000;

/**
 * Returns what a rollout of a document would do, without changing anything and without the lock of the mesh: resolve,
 * inspect, then dry runs of what the steps would write. The primary comes first, because the remotes depend on it.
 *
 * @param document the rollout document, as a user typed it
 */
export async function plan(document: unknown): Promise<RolloutPlan> {
  let progress: PlanProgress = { step: 'resolve', done: 0, total: 0 };
  setHandler(planProgress, () => progress, { description: 'The progress of the plan.' });
  const resolved = await activities.resolve.executeWithOptions(callOptions('resolve'), [{ document }]);
  const total = resolved.remotes.length + 1;
  const show = (step: PlanProgress['step'], done: number) => {
    progress = { step, done, total };
    setCurrentDetails(`**${resolved.mesh}** · ${step}: ${done} of ${total} clusters`);
  };

  const inspections = new Map<string, ClusterInspection>();
  const inspect = (clusters: readonly string[]) =>
    inspectInBatches(resolved, clusters, (more) => {
      for (const inspection of more) inspections.set(inspection.cluster, inspection);
      show('validate', inspections.size);
    });
  const clusters = [resolved.primary.cluster, ...resolved.remotes.map(({ cluster }) => cluster)];
  show('validate', 0);
  const [{ running }] = await Promise.all([
    activities.findRunningRollout.executeWithOptions(callOptions('running rollout'), [
      { mesh: resolved.mesh },
    ]),
    inspect(clusters),
  ]);
  // A rollout would wait for these. A plan asks once more, so that a short interruption does not end it.
  await inspect(clusters.filter((cluster) => inspections.get(cluster)?.unreachable));
  // Batches finish in any order; pairs are named in the order of the document.
  const inspected = clusters.flatMap((cluster) => inspections.get(cluster) ?? []);
  const findings = planFindings(resolved, inspected);

  show('plan', 0);
  const primary = await planOfPrimary(resolved, findings);
  const remotes = new Map<string, RemotePlan>();
  await concurrently(resolved.remotes, CONCURRENCY, async ({ cluster }) => {
    remotes.set(cluster, await planOfRemote(resolved, cluster, findings, primary.controlPlaneMoves));
    show('plan', remotes.size + 1);
  });
  const plans = new Map(resolved.remotes.map(({ cluster }) => [cluster, remotes.get(cluster) as RemotePlan]));
  const made = makePlan({ resolved, findings, primary, remotes: plans, ...(running && { running }) });
  setCurrentDetails(describePlan(made));
  return made;
}

async function planOfPrimary(resolved: ResolvedRollout, findings: readonly Finding[]): Promise<PrimaryPlan> {
  const { cluster } = resolved.primary;
  const why = whyUntriable(cluster, findings);
  if (why) return { ...untried(why.code), controlPlaneMoves: false };
  const accept = acceptedFor(resolved.accept, cluster);
  const input = primaryInput(resolved, workflowInfo().firstExecutionRunId, accept);
  const options = callOptions(`${cluster} · plan`, CLUSTER_DEADLINE_MS);
  try {
    return await activities.planPrimary.executeWithOptions(options, [input]);
  } catch (error) {
    return { ...failed(error), controlPlaneMoves: false };
  }
}

async function planOfRemote(
  resolved: ResolvedRollout,
  cluster: string,
  findings: readonly Finding[],
  controlPlaneMoves: boolean,
): Promise<RemotePlan> {
  const registration = { action: 'keep', secret: '' } as const;
  // Remotes are registered in the primary and rendered by the worker's tool. Without these nothing can be tried.
  const why = whyUntriable(cluster, findings) ?? whyUntriable(resolved.primary.cluster, findings);
  if (why) return { ...untried(why.code), registration };
  const accept = acceptedFor(resolved.accept, cluster);
  const input = remoteInput(resolved, workflowInfo().firstExecutionRunId, cluster, accept);
  const options = callOptions(`${cluster} · plan`, CLUSTER_DEADLINE_MS);
  try {
    return await activities.planRemote.executeWithOptions(options, [{ ...input, controlPlaneMoves }]);
  } catch (error) {
    return { ...failed(error), registration };
  }
}

/** Returns the plan of a cluster that could not be tried, or not in time. The others are planned anyway. */
function failed(error: unknown): ClusterPlan {
  if (!(error instanceof ActivityFailure)) throw error;
  const { cause } = error;
  const last = cause instanceof TimeoutFailure ? (cause.cause ?? cause) : cause;
  if (last === undefined || !(last instanceof ApplicationFailure || last instanceof TimeoutFailure))
    throw error;
  const detail =
    last instanceof ApplicationFailure ? (last.details?.[0] as FailureDetail | undefined) : undefined;
  const code = (detail?.code ?? 'api-unavailable') as ErrorCode;
  const action = detail?.action ?? ERRORS[code].action;
  return { ...untried(code), problems: [{ code, message: last.message, action }] };
}
