import { type Client, type WorkflowExecutionDescription, WorkflowNotFoundError } from '@temporalio/client';
import { isClosed, rolloutFacts } from '../reading/rollout-facts.js';

const CALL_TIMEOUT_MS = 5_000;

/**
 * Returns the open execution of a workflow ID, or undefined when there is none.
 * @throws the client's error when Temporal does not answer within 5 s
 */
export async function openExecution(
  client: Client,
  workflowId: string,
): Promise<WorkflowExecutionDescription | undefined> {
  const description = await lastExecution(client, workflowId);
  const isOpen = description && !isClosed(rolloutFacts(description, undefined).execution);
  return isOpen ? description : undefined;
}

/** Returns the newest execution of a workflow ID, open or closed, or undefined when there is none. */
export async function lastExecution(
  client: Client,
  workflowId: string,
): Promise<WorkflowExecutionDescription | undefined> {
  try {
    const handle = client.workflow.getHandle(workflowId);
    return await client.withDeadline(Date.now() + CALL_TIMEOUT_MS, () => handle.describe());
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
