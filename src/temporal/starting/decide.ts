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

/** For the rollout to accept the decision; a worker that has nothing else to do needs milliseconds. */
const ACCEPT_MS = 10_000;
/** For what is done with an accepted decision; rollouts of this version answer at once. */
const FINISH_MS = 5_000;

/**
 * What has become of a decision. `pending`: the rollout has accepted it, which is kept whatever happens to workers, and
 * is still carrying it out.
 */
export type Decided<Result> =
  | { readonly state: 'done'; readonly result: Result }
  | { readonly state: 'pending' };

/**
 * Sends a person's decision to the rollout of a mesh and waits until the workflow has taken it.
 * @throws RolloutError with the code that the workflow refuses it with, e.g. `not-waiting`, `rollout-changed` when it
 *   names another rollout, or `rollout-not-found`; TemporalError `worker-missing` or `decision-unanswered` when it was not
 *   accepted in time: it may still be taken later
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
 * Steers the rollout of a mesh: pause, resume, abort, approve, accept, set.
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
  // Temporal itself refuses an update for another chain of runs, also while no worker is there to validate it.
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

/** Temporal says the same of a mesh that never had a rollout and of one whose rollout is not the one that was named. */
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
  const now = isClosed(execution) ? `the last one is rollout ${rolloutId}` : `rollout ${rolloutId} runs now`;
  return new RolloutError(
    'rollout-changed',
    `The decision is for rollout ${wanted} of mesh ${mesh}, and ${now}.`,
  );
}

function ended(mesh: string): RolloutError {
  return new RolloutError('not-waiting', `The rollout of mesh ${mesh} has ended.`, {
    action: 'Start a new rollout of the mesh: what is done already stays as it is.',
  });
}
