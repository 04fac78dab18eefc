import { WorkflowType } from '../../rollout/names.js';
import type { TemporalAccess } from '../connection/connection.js';
import { rolloutFacts } from './rollout-facts.js';
import type { RolloutListItem } from './rollout-view.js';

const TIMEOUT_MS = 10_000;

/**
 * Returns the rollouts that Temporal knows, running and finished, newest first. Visibility is eventually consistent:
 * a rollout may be missing for a moment after its start.
 * @param limit the maximum number of rollouts
 * @throws the errors of {@link TemporalAccess.call}
 */
export async function listRollouts(access: TemporalAccess, limit: number): Promise<RolloutListItem[]> {
  // Runs that were continued as new are parts of a rollout, not rollouts.
  const query = `WorkflowType = '${WorkflowType.rollout}' AND ExecutionStatus != 'ContinuedAsNew'`;
  return access.call(TIMEOUT_MS, async () => {
    const items: RolloutListItem[] = [];
    for await (const workflow of access.client.workflow.list({ query, pageSize: Math.min(limit, 1000) })) {
      items.push(rolloutFacts(workflow, workflow.raw.firstRunId));
      if (items.length >= limit) break;
    }
    return items;
  });
}
