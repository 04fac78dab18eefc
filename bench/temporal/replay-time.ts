import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { checkoutFolder } from '../../lab/tools/recipes-folder.js';
import { runsOf } from './histories.js';

/** The time that a worker needs to replay an uncached workflow up to the last event. */
export interface ReplayTime {
  readonly events: number;
  /** Wall time, without loading the workflow's code. */
  readonly seconds: number;
}

/** Replays the longest run of a workflow. */
export async function replayTime(client: Client, workflowId: string): Promise<ReplayTime> {
  const workflowBundle = { codePath: join(await checkoutFolder(), 'dist', 'workflow-bundle.js') };
  const replay = async (history: Awaited<ReturnType<typeof runsOf>>[number]) => {
    const startedAt = performance.now();
    await Worker.runReplayHistory({ workflowBundle }, history, workflowId);
    return (performance.now() - startedAt) / 1000;
  };
  const runs = await runsOf(client, workflowId);
  const length = ({ events }: (typeof runs)[number]) => events?.length ?? 0;
  const longest = runs.reduce((one, other) => (length(other) > length(one) ? other : one));
  // The shortest possible history measures the time for starting a worker and loading the code. The first replay also
  // warms up both.
  const begun = { events: (longest.events ?? []).slice(0, 3) };
  await replay(begun);
  const loading = await replay(begun);
  return { events: length(longest), seconds: (await replay(longest)) - loading };
}
