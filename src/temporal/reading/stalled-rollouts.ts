import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowExecutionDescription } from '@temporalio/client';
import proto from '@temporalio/proto';
import type { Logger } from 'pino';
import { concurrently } from '../../base/concurrency/concurrently.js';
import { WorkflowType } from '../../rollout/names.js';
import type { TemporalAccess } from '../connection/connection.js';
import { grpcDetailsOf } from '../connection/grpc-status.js';

/**
 * Stops rollouts whose workflow crashes or stalls every worker that takes it. Temporal passes a workflow task that
 * timed out to the next worker, forever: one such rollout would block all workers of the task queue.
 */

const LOOK_EVERY_MS = 15_000;
const TIMEOUT_MS = 5_000;
const CONCURRENCY = 10;
/**
 * How many attempts of one workflow task must time out in a row. A worker that is killed or replaced in the middle of
 * a task costs one attempt. Temporal itself reports a problem from the fifth on (temporal 1.31, common/dynamicconfig,
 * NumConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute).
 */
const TIMED_OUT_ATTEMPTS = 4;

/** The prefix of the termination reason, by which the API recognises such a rollout. */
export const STALLED = 'workflow-stalled: ';
const REASON = `${STALLED}its workflow task timed out ${TIMED_OUT_ATTEMPTS} times in a row, each time with the worker that had taken it`;

const { EventType } = proto.temporal.api.enums.v1;
const TASK_ENDS: readonly unknown[] = [
  EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
  EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED,
  EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT,
];

/**
 * Finds such rollouts and terminates them. The workflows of their clusters continue.
 *
 * @returns the workflow IDs of those that were terminated
 * @throws the errors of {@link TemporalAccess.call}
 */
export async function stopStalledRollouts(access: TemporalAccess): Promise<string[]> {
  const query = `WorkflowType = '${WorkflowType.rollout}' AND ExecutionStatus = 'Running'`;
  const running = await access.call(TIMEOUT_MS, async () => {
    const ids: { workflowId: string; runId: string }[] = [];
    for await (const { workflowId, runId } of access.client.workflow.list({ query }))
      ids.push({ workflowId, runId });
    return ids;
  });
  const stopped = await concurrently(running, CONCURRENCY, async ({ workflowId, runId }) => {
    const handle = access.client.workflow.getHandle(workflowId, runId);
    const described = await access.call(TIMEOUT_MS, () => handle.describe());
    if (!(await isStalled(access, described))) return [];
    await access.call(TIMEOUT_MS, () => handle.terminate(REASON));
    return [workflowId];
  });
  return stopped.flat();
}

/**
 * Repeats the search beside a running worker. Failures are logged and retried.
 *
 * @param onStopped receives the workflow ID of each terminated rollout
 */
export function watchStalledRollouts(
  access: TemporalAccess,
  log: Logger,
  onStopped: (workflowId: string) => void,
): { stop(): void } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const watch = async () => {
    while (!signal.aborted) {
      await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        for (const workflowId of await stopStalledRollouts(access)) onStopped(workflowId);
      } catch (error) {
        log.warn({ reason: grpcDetailsOf(error) }, 'the search for stalled rollouts failed');
      }
    }
  };
  void watch();
  return { stop: () => stopping.abort() };
}

/**
 * Returns whether enough attempts have timed out. A workflow whose code only fails in the worker harms no other
 * rollout.
 */
async function isStalled(
  access: TemporalAccess,
  { raw, workflowId, runId }: WorkflowExecutionDescription,
): Promise<boolean> {
  if ((raw.pendingWorkflowTask?.attempt ?? 0) <= TIMED_OUT_ATTEMPTS) return false;
  const reported = raw.workflowExecutionInfo?.searchAttributes?.indexedFields?.TemporalReportedProblems?.data;
  if (reported?.length) return Buffer.from(reported).toString('utf8').includes('WorkflowTaskTimedOut');
  // Servers that do not report problems record only the first attempt in the history.
  const { namespace } = access.target;
  const { history } = await access.call(TIMEOUT_MS, () =>
    access.client.workflowService.getWorkflowExecutionHistoryReverse({
      namespace,
      execution: { workflowId, runId },
      maximumPageSize: 10,
    }),
  );
  const end = history?.events?.find(({ eventType }) => TASK_ENDS.includes(eventType));
  return end?.eventType === EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT;
}
