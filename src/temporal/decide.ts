import { ApplicationFailure, WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import type { FailureDetail } from '../rollout/activities.js';
import { ERRORS, type ErrorCode } from '../rollout/codes.js';
import type { Controls, DecisionInput, DecisionResult } from '../rollout/messages.js';
import { rolloutWorkflowId } from '../rollout/names.js';
import { RolloutError } from '../rollout/rollout-error.js';
import type { TemporalAccess } from './connection.js';
import { noRollout } from './get-rollout.js';
import { grpcStatusOf, isOverdue } from './grpc-status.js';
import { TemporalError } from './temporal-error.js';

const TIMEOUT_MS = 10_000;

/**
 * Sends a person's decision to the rollout of a mesh and waits until the workflow has taken it.
 * @throws RolloutError with the code that the workflow refuses it with, e.g. `not-waiting`, or `rollout-not-found`;
 *   TemporalError `worker-missing` when no worker took it in time: it may still be taken when one is back
 */
export async function decide(
  access: TemporalAccess,
  mesh: string,
  update: 'retry' | 'skip',
  input: DecisionInput,
): Promise<DecisionResult> {
  return await execute<DecisionResult>(access, mesh, update, input);
}

/**
 * Steers the rollout of a mesh: pause, resume, abort, approve, accept, set.
 * @throws as {@link decide}
 */
export async function control<Name extends keyof Controls>(
  access: TemporalAccess,
  mesh: string,
  update: Name,
  input: Controls[Name],
): Promise<void> {
  await execute<void>(access, mesh, update, input);
}

async function execute<Result>(
  access: TemporalAccess,
  mesh: string,
  update: string,
  input: object,
): Promise<Result> {
  const handle = access.client.workflow.getHandle(rolloutWorkflowId(mesh));
  try {
    return await access.call(TIMEOUT_MS, () =>
      handle.executeUpdate<Result, [object]>(update, { args: [input] }),
    );
  } catch (error) {
    throw explain(error, mesh, update);
  }
}

function explain(error: unknown, mesh: string, update: string): unknown {
  if (error instanceof WorkflowUpdateFailedError) return refusal(error.cause) ?? error;
  if (error instanceof WorkflowNotFoundError)
    return /completed/i.test(error.message) ? ended(mesh) : noRollout(mesh);
  if (error instanceof TemporalError && isOverdue(grpcStatusOf(error.cause))) {
    return new TemporalError(
      'worker-missing',
      `No worker took the ${update} for mesh ${mesh} within ${TIMEOUT_MS / 1000} s; it may still be taken when one is back.`,
      { cause: error },
    );
  }
  return error;
}

function refusal(cause: unknown): RolloutError | undefined {
  if (!(cause instanceof ApplicationFailure)) return undefined;
  if (!cause.type || !(cause.type in ERRORS)) return undefined;
  const action = (cause.details?.[0] as Partial<FailureDetail> | undefined)?.action;
  return new RolloutError(cause.type as ErrorCode, cause.message, { cause, ...(action && { action }) });
}

function ended(mesh: string): RolloutError {
  return new RolloutError('not-waiting', `The rollout of mesh ${mesh} has ended.`, {
    action: 'Start a new rollout of the mesh: what is done already stays as it is.',
  });
}
