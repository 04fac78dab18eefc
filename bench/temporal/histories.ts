import type { Client } from '@temporalio/client';
import { payloadsIn } from './payloads.js';

/** What one workflow's history is made of. */
export interface HistoryFacts {
  readonly workflowId: string;
  readonly events: number;
  readonly largestPayload: { readonly bytes: number; readonly where: string };
}

/** Reads the whole history of the latest run of a workflow. */
export async function historyFacts(client: Client, workflowId: string): Promise<HistoryFacts> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  const payloads = (events ?? []).flatMap((event) => payloadsIn(event));
  const largestPayload = payloads.reduce((one, other) => (other.bytes > one.bytes ? other : one), NOTHING);
  return { workflowId, events: events?.length ?? 0, largestPayload };
}

const NOTHING = { bytes: 0, where: '' };
