import { randomUUID } from 'node:crypto';
import { WorkflowNotFoundError } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { ERRORS } from '../../rollout/codes.js';
import { planWorkflowId, TASK_QUEUE, WorkflowType } from '../../rollout/names.js';
import type { PlanProgress, RolloutPlan } from '../../rollout/plan/plan.js';
import { RolloutError } from '../../rollout/rollout-error.js';
import type { TemporalAccess } from '../connection/connection.js';
import { grpcStatusOf, isOverdue } from '../connection/grpc-status.js';
import { searchAttributeKeys } from '../connection/search-attribute-keys.js';
import { ensureSearchAttributesOnce } from '../connection/search-attributes.js';
import type { PlanView, StartedPlan } from '../reading/plan-view.js';
import { queryWorkflow } from '../reading/query-progress.js';
import { isClosed, rolloutFacts } from '../reading/rollout-facts.js';
import { failureFacts } from '../reading/rollout-failure.js';
import { longestPlanMs, PlanPlaces } from './plan-limits.js';
import type { StartRequest } from './start-rollout.js';

const TIMEOUT_MS = 10_000;
/** The time for a worker to end a cancelled plan. */
const CANCEL_MS = 3_000;

/** A request for a plan. */
export interface PlanRequest extends Pick<StartRequest, 'mesh' | 'document' | 'requestedBy'> {
  /** The number of remotes of the document, which determines the time limit of the plan. */
  readonly remotes: number;
}

/** The operations of the API on plans. Every call ends within seconds, with a result or a typed error. */
export interface Plans {
  /**
   * Starts a plan. A few plans may run at the same time, even during a rollout of the mesh. @throws RolloutError
   * `plans-busy`; TemporalError
   */
  start(request: PlanRequest): Promise<StartedPlan>;
  /** @throws RolloutError `plan-not-found`; TemporalError */
  get(planId: string): Promise<PlanView>;
  /** Ends a running plan. A finished plan stays as it is. @throws RolloutError `plan-not-found`; TemporalError */
  cancel(planId: string): Promise<void>;
}

/** Returns the plans of one Temporal namespace. Registers its search attributes before the first start. */
export function createPlans(access: TemporalAccess): Plans {
  const ensureRegistered = ensureSearchAttributesOnce(access);
  const places = new PlanPlaces(access);
  return {
    start: async (request) => {
      await ensureRegistered();
      const planId = randomUUID();
      return places.use(planId, request.mesh, () => startPlan(access, planId, request));
    },
    get: (planId) => getPlan(access, planId),
    cancel: (planId) => cancelPlan(access, planId),
  };
}

async function startPlan(
  access: TemporalAccess,
  planId: string,
  { mesh, document, requestedBy, remotes }: PlanRequest,
): Promise<StartedPlan> {
  const workflowId = planWorkflowId(planId);
  await access.call(TIMEOUT_MS, () =>
    access.client.workflow.start(WorkflowType.plan, {
      workflowId,
      taskQueue: TASK_QUEUE,
      args: [document],
      workflowExecutionTimeout: longestPlanMs(remotes),
      memo: { requestedBy },
      staticSummary: `Plan for mesh ${mesh}, requested by ${requestedBy}`,
      typedSearchAttributes: new TypedSearchAttributes([
        { key: searchAttributeKeys.mesh, value: mesh },
        { key: searchAttributeKeys.requestedBy, value: requestedBy },
      ]),
    }),
  );
  return { planId, mesh, workflowId };
}

async function getPlan(access: TemporalAccess, planId: string): Promise<PlanView> {
  const workflowId = planWorkflowId(planId);
  const handle = access.client.workflow.getHandle(workflowId);
  const described = await access
    .call(TIMEOUT_MS, () => handle.describe())
    .catch((error: unknown) => {
      throw error instanceof WorkflowNotFoundError ? noPlan(planId) : error;
    });
  const { execution, requestedBy, startedAt, finishedAt } = rolloutFacts(described, undefined);
  const common = {
    planId,
    mesh: described.typedSearchAttributes.get(searchAttributeKeys.mesh) ?? '',
    requestedBy,
    startedAt,
    ...(finishedAt !== undefined && { finishedAt }),
  };
  if (execution !== 'COMPLETED' && execution !== 'FAILED') {
    // A cancelled plan has no result, whether or not a worker has noticed the cancellation.
    const isCancelled = execution === 'CANCELLED' || described.raw.workflowExtendedInfo?.cancelRequested;
    if (isCancelled) return { ...common, ...withoutResult('plan-cancelled') };
    if (isClosed(execution)) return { ...common, ...withoutResult('plan-ended') };
    return { ...common, status: 'Running', ...(await queryWorkflow<PlanProgress>(access, workflowId, [])) };
  }
  try {
    const plan = await access.call(TIMEOUT_MS, () => handle.result() as Promise<RolloutPlan>);
    return { ...common, status: 'Succeeded', plan };
  } catch (error) {
    const facts = failureFacts(error);
    if (facts.attention === undefined) throw error;
    return { ...common, status: 'Failed', ...facts };
  }
}

/** Cancels a plan. A plan has nothing to clean up, so its workflow is terminated if no worker reacts in time. */
async function cancelPlan(access: TemporalAccess, planId: string): Promise<void> {
  const handle = access.client.workflow.getHandle(planWorkflowId(planId));
  try {
    await access.call(TIMEOUT_MS, () => handle.cancel());
  } catch (error) {
    throw error instanceof WorkflowNotFoundError ? noPlan(planId) : error;
  }
  const isOpen = await access
    .call(CANCEL_MS, () => handle.result())
    .then(
      () => false,
      (error: unknown) => isOverdue(grpcStatusOf(error)),
    );
  if (!isOpen) return;
  const terminate = () => handle.terminate('cancelled, and no worker has reacted');
  await access.call(TIMEOUT_MS, terminate).catch((error: unknown) => {
    // It ended at the same moment.
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  });
}

function withoutResult(code: 'plan-ended' | 'plan-cancelled'): Pick<PlanView, 'status' | 'attention'> {
  const { title, action } = ERRORS[code];
  return { status: 'Failed', attention: { code, message: title, action } };
}

function noPlan(planId: string): RolloutError {
  return new RolloutError('plan-not-found', `There is no plan ${planId}.`);
}
