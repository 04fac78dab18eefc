import { WorkflowExecutionAlreadyStartedError, type WorkflowStartOptions } from '@temporalio/client';
// Not part of the public interface: the SDK's own Nexus code sets the request ID like this (client 1.23,
// lib/internal).
import {
  type InternalWorkflowStartOptions,
  InternalWorkflowStartOptionsSymbol,
} from '@temporalio/client/lib/internal.js';
import { TypedSearchAttributes } from '@temporalio/common';
import { rolloutWorkflowId, TASK_QUEUE, WorkflowType } from '../../rollout/names.js';
import type { TemporalAccess } from '../connection/connection.js';
import { searchAttributeKeys } from '../connection/search-attribute-keys.js';
import { isClosed, rolloutFacts } from '../reading/rollout-facts.js';
import { describeRun, findEarlierStart, judge } from './earlier-start.js';
import { IDEMPOTENCY_MEMO, type Idempotency, idempotencyOf, requestIdOf } from './idempotency.js';
import { RolloutRunningError } from './rollout-running-error.js';

const TIMEOUT_MS = 10_000;
/** The number of attempts: a rollout may end between the refused start and the query for the holder of the mesh. */
const TRIES = 3;

export interface StartRequest {
  readonly mesh: string;
  /** The user's document, already validated; the workflow's only argument. */
  readonly document: unknown;
  readonly requestedBy: string;
  /** Makes a repeated request return the rollout of the first one. */
  readonly idempotencyKey?: string;
}

export interface StartedRollout {
  readonly mesh: string;
  readonly rolloutId: string;
  readonly workflowId: string;
  /** True when an earlier request with the same key started it. */
  readonly replayed?: boolean;
}

/**
 * Starts the rollout of a mesh. Its workflow ID is the lock: while one rollout runs, another is refused. With a key,
 * a second request returns the rollout of the first one, running or finished, and starts nothing. That also holds for
 * two concurrent requests.
 * @throws RolloutRunningError when another rollout is already running; RolloutError `idempotency-key-reused` when the
 *   key was used with another document; the errors of {@link TemporalAccess.call}
 */
export async function startRollout(access: TemporalAccess, request: StartRequest): Promise<StartedRollout> {
  const { mesh, document, requestedBy, idempotencyKey } = request;
  const workflowId = rolloutWorkflowId(mesh);
  const idempotency =
    idempotencyKey === undefined ? undefined : idempotencyOf(requestedBy, idempotencyKey, document);
  const earlier = idempotency && (await findEarlierStart(access, workflowId, idempotency));
  if (earlier) return earlier;
  for (let attempt = 1; ; attempt++) {
    try {
      const handle = await access.call(TIMEOUT_MS, () => start(access, workflowId, request, idempotency));
      const started = { mesh, rolloutId: handle.firstExecutionRunId, workflowId };
      return idempotency ? await originalStart(access, started, idempotency) : started;
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      const holder = await describeRun(access, workflowId);
      const same = holder && idempotency && judge(holder.execution, holder.firstRunId, idempotency);
      if (same) return same;
      const facts = holder && rolloutFacts(holder.execution, holder.firstRunId);
      if (facts && !isClosed(facts.execution)) throw new RolloutRunningError(facts);
      if (attempt === TRIES) throw error;
    }
  }
}

/**
 * Returns the original start. Temporal returns the run of another request with the same request ID as if it were new;
 * the memo shows which request started it.
 */
async function originalStart(
  access: TemporalAccess,
  started: StartedRollout,
  idempotency: Idempotency,
): Promise<StartedRollout> {
  const run = await describeRun(access, started.workflowId, started.rolloutId);
  return (run && judge(run.execution, run.firstRunId, idempotency)) ?? started;
}

function start(
  access: TemporalAccess,
  workflowId: string,
  { mesh, document, requestedBy }: StartRequest,
  idempotency: Idempotency | undefined,
) {
  const options: WorkflowStartOptions & InternalWorkflowStartOptions = {
    workflowId,
    taskQueue: TASK_QUEUE,
    args: [document],
    memo: { requestedBy, ...(idempotency && { [IDEMPOTENCY_MEMO]: idempotency }) },
    staticSummary: `Rollout of mesh ${mesh}, requested by ${requestedBy}`,
    typedSearchAttributes: new TypedSearchAttributes([
      { key: searchAttributeKeys.mesh, value: mesh },
      { key: searchAttributeKeys.requestedBy, value: requestedBy },
    ]),
    ...(idempotency && { [InternalWorkflowStartOptionsSymbol]: { requestId: requestIdOf(idempotency) } }),
  };
  return access.client.workflow.start(WorkflowType.rollout, options);
}
