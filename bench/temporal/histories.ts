import type { Client } from '@temporalio/client';
import { payloadsIn } from './payloads.js';

/** What one workflow's history is made of. */
export interface HistoryFacts {
  readonly workflowId: string;
  readonly events: number;
  readonly largestPayload: { readonly bytes: number; readonly where: string };
  /** Why activities had to be tried again, such as `registerRemote: activity Heartbeat timeout`. */
  readonly retries: readonly string[];
}

/** Reads the whole history of the latest run of a workflow. */
export async function historyFacts(client: Client, workflowId: string): Promise<HistoryFacts> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  const payloads = (events ?? []).flatMap((event) => payloadsIn(event));
  const largestPayload = payloads.reduce((one, other) => (other.bytes > one.bytes ? other : one), NOTHING);
  const retries = (events ?? []).flatMap(({ activityTaskStartedEventAttributes: started }) => {
    if ((started?.attempt ?? 1) < 2) return [];
    const scheduled = events?.find(({ eventId }) => eventId?.eq(started?.scheduledEventId ?? 0));
    const name = scheduled?.activityTaskScheduledEventAttributes?.activityType?.name;
    return [`${name}: ${started?.lastFailure?.message}`];
  });
  return { workflowId, events: events?.length ?? 0, largestPayload, retries };
}

const NOTHING = { bytes: 0, where: '' };
