import { workflowInfo } from '@temporalio/workflow';

/** A worker that does not know a run replays all of it within one workflow task, which has ten seconds. */
const LONG_RUN_EVENTS = 800;

/** Whether the rollout is to continue in a new run: its history is long, for a worker or for Temporal. */
export function isLongRun(): boolean {
  const { continueAsNewSuggested, historyLength } = workflowInfo();
  return continueAsNewSuggested || historyLength >= LONG_RUN_EVENTS;
}
