import { WorkflowNotFoundError } from '@temporalio/client';
import type { Activities } from '../src/rollout/activities.js';
import { rolloutWorkflowId } from '../src/rollout/names.js';
import { isClosed, rolloutFacts } from '../src/temporal/rollout-facts.js';
import { defineActivity } from './activity.js';
import type { ActivityDependencies } from './dependencies.js';

const CALL_TIMEOUT_MS = 5_000;

/** The activity `findRunningRollout`: whether somebody is changing the clusters while they are looked at. */
export function findRunningRollout({
  temporalClient,
}: ActivityDependencies): Activities['findRunningRollout'] {
  return defineActivity(async ({ mesh }) => {
    const client = await temporalClient();
    const handle = client.workflow.getHandle(rolloutWorkflowId(mesh));
    try {
      const description = await client.withDeadline(Date.now() + CALL_TIMEOUT_MS, () => handle.describe());
      const firstRunId = description.raw.workflowExecutionInfo?.firstRunId;
      const { execution, rolloutId, requestedBy, startedAt } = rolloutFacts(description, firstRunId);
      return isClosed(execution) ? {} : { running: { rolloutId, requestedBy, startedAt } };
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return {};
      throw error;
    }
  });
}
