import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { rolloutWorkflowId, TASK_QUEUE, WorkflowType } from '../rollout/names.js';
import type { TemporalAccess } from './connection.js';
import { isClosed, rolloutFacts } from './rollout-facts.js';
import { RolloutRunningError } from './rollout-running-error.js';
import { searchAttributeKeys } from './search-attribute-keys.js';

const TIMEOUT_MS = 10_000;
/** A rollout may end between the refused start and the look at who holds the mesh. */
const TRIES = 3;

export interface StartRequest {
  readonly mesh: string;
  /** What the user typed, already found to be valid; the workflow's only argument. */
  readonly document: unknown;
  readonly requestedBy: string;
}

export interface StartedRollout {
  readonly mesh: string;
  readonly rolloutId: string;
  readonly workflowId: string;
}

/**
 * Starts the rollout of a mesh. Its workflow ID is the lock: while one runs, another is refused.
 * @throws RolloutRunningError when one runs already; what {@link TemporalAccess.call} throws
 */
export async function startRollout(access: TemporalAccess, request: StartRequest): Promise<StartedRollout> {
  const workflowId = rolloutWorkflowId(request.mesh);
  for (let attempt = 1; ; attempt++) {
    try {
      const handle = await access.call(TIMEOUT_MS, () => start(access, workflowId, request));
      return { mesh: request.mesh, rolloutId: handle.firstExecutionRunId, workflowId };
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      const running = await holderOf(access, workflowId);
      if (running) throw running;
      if (attempt === TRIES) throw error;
    }
  }
}

function start(access: TemporalAccess, workflowId: string, { mesh, document, requestedBy }: StartRequest) {
  return access.client.workflow.start(WorkflowType.rollout, {
    workflowId,
    taskQueue: TASK_QUEUE,
    args: [document],
    memo: { requestedBy },
    staticSummary: `Rollout of mesh ${mesh}, requested by ${requestedBy}`,
    typedSearchAttributes: new TypedSearchAttributes([
      { key: searchAttributeKeys.mesh, value: mesh },
      { key: searchAttributeKeys.requestedBy, value: requestedBy },
    ]),
  });
}

async function holderOf(
  access: TemporalAccess,
  workflowId: string,
): Promise<RolloutRunningError | undefined> {
  try {
    const described = await access.call(TIMEOUT_MS, () =>
      access.client.workflow.getHandle(workflowId).describe(),
    );
    const facts = rolloutFacts(described, described.raw.workflowExecutionInfo?.firstRunId);
    return isClosed(facts.execution) ? undefined : new RolloutRunningError(facts);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
