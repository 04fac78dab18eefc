import { Message, rolloutWorkflowId } from '../rollout/names.js';
import type { RolloutProgress } from '../rollout/progress.js';
import type { TemporalAccess } from './connection.js';
import { GrpcStatus, grpcDetailsOf, grpcStatusOf, isOverdue } from './grpc-status.js';
import { TemporalError } from './temporal-error.js';

/** A worker that runs answers within milliseconds; one that was killed a moment ago makes the server wait. */
const TIMEOUT_MS = 4_000;

/** The progress, or why nobody tells: `none` = no worker polls, `failing` = the workflow's code fails in the worker. */
export type QueriedProgress<Progress = RolloutProgress> =
  | { readonly worker: 'answers'; readonly progress: Progress }
  | { readonly worker: 'none' | 'failing' };

/**
 * Asks the running or the last rollout of a mesh for its progress.
 * @throws what {@link TemporalAccess.call} throws, but for the time that a missing worker takes
 */
export function queryProgress(access: TemporalAccess, mesh: string): Promise<QueriedProgress> {
  return queryWorkflow<RolloutProgress>(access, rolloutWorkflowId(mesh));
}

/**
 * Asks a workflow of any type for its progress.
 * @throws as {@link queryProgress}
 */
export async function queryWorkflow<Progress>(
  access: TemporalAccess,
  workflowId: string,
): Promise<QueriedProgress<Progress>> {
  const handle = access.client.workflow.getHandle(workflowId);
  try {
    const progress = await access.call(TIMEOUT_MS, () => handle.query<Progress>(Message.progress));
    return { worker: 'answers', progress };
  } catch (error) {
    const status = error instanceof TemporalError ? grpcStatusOf(error.cause) : grpcStatusOf(error);
    if (isOverdue(status)) return { worker: 'none' };
    if (status !== GrpcStatus.failedPrecondition) throw error;
    return { worker: /task in failed state/i.test(grpcDetailsOf(error)) ? 'failing' : 'none' };
  }
}
