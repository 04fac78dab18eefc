import { ApplicationFailure, WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import type { FailureDetail } from '../../rollout/activities.js';
import { ERRORS, type ErrorCode } from '../../rollout/codes.js';
import type { Actor, Controls, DecisionInput, DecisionResult } from '../../rollout/messages.js';
import { rolloutWorkflowId } from '../../rollout/names.js';
import { RolloutError } from '../../rollout/rollout-error.js';
import type { TemporalAccess } from '../connection/connection.js';
import { grpcStatusOf, isOverdue } from '../connection/grpc-status.js';
import { TemporalError } from '../connection/temporal-error.js';
import { noRollout } from '../reading/get-rollout.js';
import { isClosed, rolloutFacts } from '../reading/rollout-facts.js';
import { describeRun } from './earlier-start.js';
import { whyUnanswered } from './unanswered.js';

/** The time for the rollout to accept the decision. An idle worker needs milliseconds. */
const ACCEPT_MS = 10_000;
/** The time to carry out an accepted decision. Rollouts of this version answer immediately. */
const FINISH_MS = 5_000;

/**
 * The state of a decision. `pending`: the rollout has accepted it and is still carrying it out; the acceptance
 * survives whatever happens to workers.
 */
export type Decided<Result> =
  | { readonly state: 'done'; readonly result: Result }
  | { readonly state: 'pending' };

/**
 * Sends a person's decision to the rollout of a mesh and waits until the workflow has accepted it.
 * @throws RolloutError with the code with which the workflow refuses it, e.g. `not-waiting`, `rollout-changed` when
 *   it names another rollout, or `rollout-not-found`; TemporalError `worker-missing` or `decision-unanswered` when it
 *   was not accepted in time; it may still be accepted later
 */
export async function decide(
  access: TemporalAccess,
  mesh: string,
  update: 'retry' | 'skip',
  input: DecisionInput,
): Promise<Decided<DecisionResult>> {
  return await send<DecisionResult>(access, mesh, update, input);
}

/**
 * Sends a control of the whole rollout: pause, resume, abort, approve, accept, set.
 * @throws as {@link decide}
 */
export async function control<Name extends keyof Controls>(
  access: TemporalAccess,
  mesh: string,
  update: Name,
  input: Controls[Name],
): Promise<Decided<void>> {
  return await send<void>(access, mesh, update, input);
}

async function send<Result>(
  access: TemporalAccess,
  mesh: string,
  update: string,
  input: Actor,
): Promise<Decided<Result>> {
  const { rolloutId } = input;
  // Temporal itself refuses an update for another chain of runs, even when no worker runs to validate it.
  const chain = rolloutId === undefined ? {} : { firstExecutionRunId: rolloutId };
  const rollout = access.client.workflow.getHandle(rolloutWorkflowId(mesh), undefined, chain);
  const options = { args: [input] as [object], waitForStage: 'ACCEPTED' } as const;
  const sent = await access
    .call(ACCEPT_MS, () => rollout.startUpdate<Result, [object]>(update, options))
    .catch(async (error: unknown) => {
      if (error instanceof WorkflowNotFoundError) throw await whyNotFound(access, mesh, error, rolloutId);
      throw isLate(error) ? await whyUnanswered(access, mesh, update, ACCEPT_MS) : error;
    });
  try {
    return { state: 'done', result: await access.call(FINISH_MS, () => sent.result()) };
  } catch (error) {
    if (isLate(error)) return { state: 'pending' };
    throw error instanceof WorkflowUpdateFailedError ? (refusal(error.cause) ?? error) : error;
  }
}

function isLate(error: unknown): boolean {
  return error instanceof TemporalError && isOverdue(grpcStatusOf(error.cause));
}

function refusal(cause: unknown): RolloutError | undefined {
  if (!(cause instanceof ApplicationFailure)) return undefined;
  if (!cause.type || !(cause.type in ERRORS)) return undefined;
  const action = (cause.details?.[0] as Partial<FailureDetail> | undefined)?.action;
  return new RolloutError(cause.type as ErrorCode, cause.message, { cause, ...(action && { action }) });
}

/**
 * Returns the error when Temporal finds no rollout. Temporal does not distinguish a mesh without rollouts from one
 * whose rollout is not the named one.
 */
async function whyNotFound(
  access: TemporalAccess,
  mesh: string,
  { message }: WorkflowNotFoundError,
  wanted: string | undefined,
): Promise<RolloutError> {
  if (/completed/i.test(message)) return ended(mesh);
  const last = wanted === undefined ? undefined : await describeRun(access, rolloutWorkflowId(mesh));
  if (last === undefined) return noRollout(mesh);
  const { rolloutId, execution } = rolloutFacts(last.execution, last.firstRunId);
  const now = isClosed(execution)
    ? `the last one is rollout ${rolloutId}`
    : `rollout ${rolloutId} is running now`;
  return new RolloutError(
    'rollout-changed',
    `The decision is for rollout ${wanted} of mesh ${mesh}, and ${now}.`,
  );
}

function ended(mesh: string): RolloutError {
  return new RolloutError('not-waiting', `The rollout of mesh ${mesh} has ended.`, {
    action: 'Start a new rollout of the mesh: it leaves everything that is already done unchanged.',
  });
}
