import type { Client } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import { payloadsIn } from './payloads.js';

type History = temporal.api.history.v1.IHistory;
type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

/** Facts about the history of one run of a workflow. */
export interface HistoryFacts {
  readonly workflowId: string;
  readonly events: number;
  readonly largestPayload: { readonly bytes: number; readonly where: string };
  /** Why activities were retried, such as `registerRemote: activity Heartbeat timeout`. */
  readonly retries: readonly string[];
}

/** Returns the whole history of a workflow: the latest run, preceded by the runs that it continued. */
export async function runsOf(client: Client, workflowId: string): Promise<History[]> {
  const runs: History[] = [];
  let runId: string | undefined;
  do {
    const run = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    runs.unshift(run);
    runId = run.events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId || undefined;
  } while (runId !== undefined);
  return runs;
}

/** Returns the facts about every run of a workflow, in order. */
export async function historyFacts(client: Client, workflowId: string): Promise<HistoryFacts[]> {
  const runs = await runsOf(client, workflowId);
  return runs.map(({ events }) => factsOf(workflowId, events ?? []));
}

function factsOf(workflowId: string, events: readonly HistoryEvent[]): HistoryFacts {
  const payloads = events.flatMap((event) => payloadsIn(event));
  const largestPayload = payloads.reduce((one, other) => (other.bytes > one.bytes ? other : one), NOTHING);
  const retries = events.flatMap(({ activityTaskStartedEventAttributes: started }) => {
    if ((started?.attempt ?? 1) < 2) return [];
    const scheduled = events.find(({ eventId }) => eventId?.eq(started?.scheduledEventId ?? 0));
    const name = scheduled?.activityTaskScheduledEventAttributes?.activityType?.name;
    return [`${name}: ${started?.lastFailure?.message}`];
  });
  return { workflowId, events: events.length, largestPayload, retries };
}

const NOTHING = { bytes: 0, where: '' };
