import { Message, rolloutWorkflowId } from '../rollout/names.js';
import type { RolloutProgress } from '../rollout/progress.js';
import type { TemporalAccess } from './connection.js';
import { GrpcStatus, grpcDetailsOf, grpcStatusOf, isOverdue } from './grpc-status.js';
import { TemporalError } from './temporal-error.js';

/** A worker that runs answers within milliseconds; one that was killed a moment ago makes the server wait. */
const TIMEOUT_MS = 4_000;

/** The progress, or why nobody tells: `none` = no worker polls, `failing` = the workflow's code fails in the worker. */
export type QueriedProgress =
  | { readonly worker: 'answers'; readonly progress: RolloutProgress }
  | { readonly worker: 'none' | 'failing' };

/**
 * Asks the running or the last rollout of a mesh for its progress.
 * @throws what {@link TemporalAccess.call} throws, but for the time that a missing worker takes
 */
export async function queryProgress(access: TemporalAccess, mesh: string): Promise<QueriedProgress> {
  const handle = access.client.workflow.getHandle(rolloutWorkflowId(mesh));
  try {
    const progress = await access.call(TIMEOUT_MS, () => handle.query<RolloutProgress>(Message.progress));
    return { worker: 'answers', progress };
  } catch (error) {
    const status = error instanceof TemporalError ? grpcStatusOf(error.cause) : grpcStatusOf(error);
    if (isOverdue(status)) return { worker: 'none' };
    if (status !== GrpcStatus.failedPrecondition) throw error;
    return { worker: /task in failed state/i.test(grpcDetailsOf(error)) ? 'failing' : 'none' };
  }
}
