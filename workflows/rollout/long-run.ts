import { workflowInfo } from '@temporalio/workflow';

/** A worker without a run in its cache replays all of it within one workflow task, which has ten seconds. */
const LONG_RUN_EVENTS = 800;

/**
 * Returns whether the rollout should continue in a new run because its history is too long for a worker or for
 * Temporal.
 */
export function isLongRun(): boolean {
  const { continueAsNewSuggested, historyLength } = workflowInfo();
  return continueAsNewSuggested || historyLength >= LONG_RUN_EVENTS;
}
