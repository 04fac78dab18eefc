import { randomUUID } from 'node:crypto';
import { WorkflowNotFoundError } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { ERRORS } from '../rollout/codes.js';
import { planWorkflowId, TASK_QUEUE, WorkflowType } from '../rollout/names.js';
import type { PlanProgress, RolloutPlan } from '../rollout/plan.js';
import { RolloutError } from '../rollout/rollout-error.js';
import type { TemporalAccess } from './connection.js';
import type { PlanView, StartedPlan } from './plan-view.js';
import { queryWorkflow } from './query-progress.js';
import { isClosed, rolloutFacts } from './rollout-facts.js';
import { failureFacts } from './rollout-failure.js';
import { searchAttributeKeys } from './search-attribute-keys.js';
import { ensuringSearchAttributes } from './search-attributes.js';
import type { StartRequest } from './start-rollout.js';

const TIMEOUT_MS = 10_000;
/** Without a worker a plan would wait for ever; nobody wants it any more then. */
const LONGEST_PLAN = '15 minutes';

/** What the API does with plans. Every call ends within seconds, with an answer or with a typed error. */
export interface Plans {
  /** Any number may run at the same time, also while the mesh is rolled out. @throws TemporalError */
  start(request: StartRequest): Promise<StartedPlan>;
  /** @throws RolloutError `plan-not-found`; TemporalError */
  get(planId: string): Promise<PlanView>;
}

/** The plans of one Temporal namespace. Its search attributes are registered before the first start. */
export function createPlans(access: TemporalAccess): Plans {
  const ensureRegistered = ensuringSearchAttributes(access);
  return {
    start: async (request) => {
      await ensureRegistered();
      return startPlan(access, request);
    },
    get: (planId) => getPlan(access, planId),
  };
}

async function startPlan(
  access: TemporalAccess,
  { mesh, document, requestedBy }: StartRequest,
): Promise<StartedPlan> {
  const planId = randomUUID();
  const workflowId = planWorkflowId(planId);
  await access.call(TIMEOUT_MS, () =>
    access.client.workflow.start(WorkflowType.plan, {
      workflowId,
      taskQueue: TASK_QUEUE,
      args: [document],
      workflowExecutionTimeout: LONGEST_PLAN,
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
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      throw new RolloutError('plan-not-found', `There is no plan ${planId}.`);
    });
  const { execution, requestedBy, startedAt, finishedAt } = rolloutFacts(described, undefined);
  const common = {
    planId,
    mesh: described.typedSearchAttributes.get(searchAttributeKeys.mesh) ?? '',
    requestedBy,
    startedAt,
    ...(finishedAt !== undefined && { finishedAt }),
  };
  if (!isClosed(execution)) {
    return { ...common, status: 'Running', ...(await queryWorkflow<PlanProgress>(access, workflowId, [])) };
  }
  if (execution !== 'COMPLETED' && execution !== 'FAILED') {
    const { title, action } = ERRORS['plan-ended'];
    return { ...common, status: 'Failed', attention: { code: 'plan-ended', message: title, action } };
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
