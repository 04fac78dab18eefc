import type { Activities } from '../../src/rollout/activities.js';
import { rolloutWorkflowId } from '../../src/rollout/names.js';
import { rolloutFacts } from '../../src/temporal/reading/rollout-facts.js';
import { openExecution } from '../../src/temporal/starting/open-execution.js';
import { defineActivity } from '../activity.js';
import type { ActivityDependencies } from '../dependencies.js';

/** The activity `findRunningRollout`: whether somebody is changing the clusters while they are looked at. */
export function findRunningRollout({
  temporalClient,
}: ActivityDependencies): Activities['findRunningRollout'] {
  return defineActivity(async ({ mesh }) => {
    const open = await openExecution(await temporalClient(), rolloutWorkflowId(mesh));
    if (open === undefined) return {};
    const { rolloutId, requestedBy, startedAt } = rolloutFacts(
      open,
      open.raw.workflowExecutionInfo?.firstRunId,
    );
    return { running: { rolloutId, requestedBy, startedAt } };
  });
}
