import { concurrently } from '../../base/concurrency/concurrently.js';
import { Message, rolloutWorkflowId } from '../../rollout/names.js';
import type { ProgressPage, RolloutProgress } from '../../rollout/progress/progress.js';
import type { TemporalAccess } from '../connection/connection.js';
import { GrpcStatus, grpcDetailsOf, grpcStatusOf, isOverdue } from '../connection/grpc-status.js';
import { TemporalError } from '../connection/temporal-error.js';

/** A running worker answers within milliseconds. A worker that was just killed makes the server wait. */
const TIMEOUT_MS = 4_000;

/**
 * The progress, or why it is unavailable: `none` = no worker polls, `failing` = the workflow's code fails in the
 * worker.
 */
export type QueriedProgress<Progress = RolloutProgress> =
  | { readonly worker: 'answers'; readonly progress: Progress }
  | { readonly worker: 'none' | 'failing' };

/** How many pages of a large rollout are queried at the same time. */
const CONCURRENCY = 4;

/**
 * Queries the running or most recent rollout of a mesh for its progress, page by page: with thousands of clusters,
 * one response would exceed Temporal's limit. The pages may be from different moments, some milliseconds apart.
 * @throws the errors of {@link TemporalAccess.call}, except timeouts caused by a missing worker
 */
export async function queryProgress(
  access: TemporalAccess,
  mesh: string,
  timeoutMs = TIMEOUT_MS,
): Promise<QueriedProgress> {
  const page = (from: number) =>
    queryWorkflow<RolloutProgress, [ProgressPage]>(access, rolloutWorkflowId(mesh), [{ from }], timeoutMs);
  const first = await page(0);
  if (first.worker !== 'answers') return first;
  const { clusters, clusterCount } = first.progress;
  const size = clusters.length;
  const others = size === 0 ? 0 : Math.ceil(clusterCount / size) - 1;
  const starts = Array.from({ length: others }, (_, index) => (index + 1) * size);
  const pages = await concurrently(starts, CONCURRENCY, page);
  const silent = pages.find(({ worker }) => worker !== 'answers');
  if (silent) return silent;
  const more = pages.flatMap((each) => (each.worker === 'answers' ? each.progress.clusters : []));
  return { worker: 'answers', progress: { ...first.progress, clusters: [...clusters, ...more] } };
}

/**
 * Queries a workflow of any type for its progress.
 * @throws as {@link queryProgress}
 */
export async function queryWorkflow<Progress, Args extends unknown[] = []>(
  access: TemporalAccess,
  workflowId: string,
  args: Args,
  timeoutMs = TIMEOUT_MS,
): Promise<QueriedProgress<Progress>> {
  const handle = access.client.workflow.getHandle(workflowId);
  try {
    const progress = await access.call(timeoutMs, () =>
      handle.query<Progress, Args>(Message.progress, ...args),
    );
    return { worker: 'answers', progress };
  } catch (error) {
    const status = error instanceof TemporalError ? grpcStatusOf(error.cause) : grpcStatusOf(error);
    if (isOverdue(status)) return { worker: 'none' };
    if (status !== GrpcStatus.failedPrecondition) throw error;
    return { worker: /task in failed state/i.test(grpcDetailsOf(error)) ? 'failing' : 'none' };
  }
}
