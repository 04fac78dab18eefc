import { ApplicationFailure, TerminatedFailure, WorkflowFailedError } from '@temporalio/client';
import type { FailureDetail } from '../../rollout/activities.js';
import { ERRORS, type ErrorCode } from '../../rollout/codes.js';
import { rolloutWorkflowId } from '../../rollout/names.js';
import type { TemporalAccess } from '../connection/connection.js';
import type { RolloutView } from './rollout-view.js';
import { STALLED } from './stalled-rollouts.js';

const TIMEOUT_MS = 5_000;

/**
 * Returns why the workflow of a rollout ended without a result: an invalid document or a wrong workflow ID makes it
 * fail, and workers terminate a workflow that stalls them.
 * @returns what to add to the view; empty when Temporal does not report a reason
 */
export async function rolloutFailure(
  access: TemporalAccess,
  mesh: string,
): Promise<Pick<RolloutView, 'attention' | 'problems'>> {
  const handle = access.client.workflow.getHandle(rolloutWorkflowId(mesh));
  try {
    await access.call(TIMEOUT_MS, () => handle.result());
    return {};
  } catch (error) {
    return failureFacts(error);
  }
}

/** Returns what the error of a workflow's result says about the activity that made the workflow fail. */
export function failureFacts(error: unknown): Pick<RolloutView, 'attention' | 'problems'> {
  if (!(error instanceof WorkflowFailedError)) return {};
  if (error.cause instanceof TerminatedFailure) return terminationFacts(error.cause.message);
  const failure = innermost(error.cause);
  return failure ? describe(failure) : {};
}

/** Returns the reason for a termination by workers. A person who terminates a workflow knows the reason. */
function terminationFacts(reason: string): Pick<RolloutView, 'attention'> {
  if (!reason.startsWith(STALLED)) return {};
  const { action } = ERRORS['workflow-stalled'];
  return { attention: { code: 'workflow-stalled', message: reason.slice(STALLED.length), action } };
}

function innermost(error: unknown): ApplicationFailure | undefined {
  if (!(error instanceof Error)) return undefined;
  return innermost(error.cause) ?? (error instanceof ApplicationFailure ? error : undefined);
}

function describe(failure: ApplicationFailure): Pick<RolloutView, 'attention' | 'problems'> {
  const detail = failure.details?.[0] as Partial<FailureDetail> | undefined;
  const code = failure.type ?? 'internal-error';
  const known = code in ERRORS ? ERRORS[code as ErrorCode].action : ERRORS['internal-error'].action;
  return {
    attention: { code, message: failure.message, action: detail?.action ?? known },
    ...(detail?.problems && { problems: detail.problems }),
  };
}
