import { concurrently } from '../../base/concurrency/concurrently.js';
import { Message, rolloutWorkflowId } from '../../rollout/names.js';
import type { ProgressPage, RolloutProgress } from '../../rollout/progress/progress.js';
import type { TemporalAccess } from '../connection/connection.js';
import { GrpcStatus, grpcDetailsOf, grpcStatusOf, isOverdue } from '../connection/grpc-status.js';
import { TemporalError } from '../connection/temporal-error.js';

/** A worker that runs answers within milliseconds; one that was killed a moment ago makes the server wait. */
const TIMEOUT_MS = 4_000;

/** The progress, or why nobody tells: `none` = no worker polls, `failing` = the workflow's code fails in the worker. */
export type QueriedProgress<Progress = RolloutProgress> =
  | { readonly worker: 'answers'; readonly progress: Progress }
  | { readonly worker: 'none' | 'failing' };

/** Pages of a large rollout that are asked for at the same time. */
const CONCURRENCY = 4;

/**
 * Asks the running or the last rollout of a mesh for its progress, page by page: with thousands of clusters one answer
 * would be larger than Temporal lets through. The pages may be of different moments, some milliseconds apart.
 * @throws what {@link TemporalAccess.call} throws, but for the time that a missing worker takes
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
 * Asks a workflow of any type for its progress.
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
