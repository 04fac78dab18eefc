import type { Client } from '@temporalio/client';

/** When a workflow ran, in milliseconds since the epoch, by the clock of Temporal's server (here: this machine's). */
export interface RunTime {
  readonly start: number;
  readonly close: number;
}

/** Returns when a workflow ran. @throws Error when the workflow has not closed */
export async function runTime(client: Client, workflowId: string): Promise<RunTime> {
  const { startTime, closeTime } = await client.workflow.getHandle(workflowId).describe();
  if (closeTime === undefined) throw new Error(`${workflowId} has not closed`);
  return { start: startTime.getTime(), close: closeTime.getTime() };
}
