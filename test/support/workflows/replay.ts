import type { Client, HistoryAndWorkflowId } from '@temporalio/client';
import { Worker, type WorkflowBundleOption } from '@temporalio/worker';

/**
 * Replays histories on a bundle, as a worker does that takes a workflow over.
 * @returns one line for each workflow that the bundle's code cannot go on with, `<workflow ID>: <why>`
 */
export async function replayFailures(
  workflowBundle: WorkflowBundleOption,
  histories: AsyncIterable<HistoryAndWorkflowId> | Iterable<HistoryAndWorkflowId>,
): Promise<string[]> {
  const failures: string[] = [];
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle }, histories)) {
    if (error) failures.push(`${workflowId}: ${error.message}`);
  }
  return failures;
}

/**
 * The histories of a task queue's workflows, as far as they have come.
 * @param known run IDs to leave out; closed runs are added to it
 */
export async function* historiesOf(
  client: Client,
  taskQueue: string,
  known: Set<string> = new Set(),
): AsyncGenerator<HistoryAndWorkflowId> {
  for await (const { workflowId, runId, status } of client.workflow.list({
    query: `TaskQueue = '${taskQueue}'`,
  })) {
    if (known.has(runId)) continue;
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    // A workflow that no worker has seen yet has nothing to replay.
    if (!history.events?.some((event) => event.workflowTaskCompletedEventAttributes)) continue;
    if (status.name !== 'RUNNING') known.add(runId);
    yield { workflowId, history };
  }
}
