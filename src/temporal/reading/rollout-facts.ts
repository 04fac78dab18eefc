import type { WorkflowExecutionInfo } from '@temporalio/client';
import { isOver } from '../../rollout/progress/rollout-progress.js';
import { STATUSES, type Status } from '../../rollout/steps.js';
import { searchAttributeKeys } from '../connection/search-attribute-keys.js';
import type { Execution } from './rollout-view.js';

/** What Temporal itself knows about the workflow of a rollout, even while no worker runs. */
export interface RolloutFacts {
  readonly mesh: string;
  readonly rolloutId: string;
  readonly status: Status;
  readonly execution: Execution;
  readonly requestedBy: string;
  readonly startedAt: number;
  readonly finishedAt?: number;
}

type Described = Pick<
  WorkflowExecutionInfo,
  'workflowId' | 'runId' | 'status' | 'startTime' | 'closeTime' | 'memo' | 'typedSearchAttributes'
>;

/**
 * Reads the facts from a described or listed workflow `mesh/<mesh>`.
 * @param firstRunId the first run of the chain, if the server reports it; it stays the same over continue-as-new
 */
export function rolloutFacts(workflow: Described, firstRunId: string | null | undefined): RolloutFacts {
  const attributes = workflow.typedSearchAttributes;
  const execution = executionOf(workflow.status.name);
  return {
    mesh: workflow.workflowId.replace(/^mesh\//, ''),
    rolloutId: firstRunId || workflow.runId,
    status: statusOf(attributes.get(searchAttributeKeys.status), execution),
    execution,
    requestedBy:
      attributes.get(searchAttributeKeys.requestedBy) ?? textOf(workflow.memo?.requestedBy) ?? 'unknown',
    startedAt: workflow.startTime.getTime(),
    ...(workflow.closeTime && { finishedAt: workflow.closeTime.getTime() }),
  };
}

/** Returns true when the workflow has ended, in whatever way. */
export function isClosed(execution: Execution): boolean {
  return execution !== 'RUNNING' && execution !== 'PAUSED' && execution !== 'UNKNOWN';
}

/**
 * Returns the status to show. A workflow that was ended from outside leaves its last status behind, which is no
 * longer true.
 */
export function statusOf(recorded: string | undefined, execution: Execution): Status {
  const status = STATUSES.find((each) => each === recorded);
  if (execution === 'COMPLETED') return status !== undefined && isOver(status) ? status : 'Succeeded';
  if (isClosed(execution)) return 'Aborted';
  return status ?? 'Running';
}

const EXECUTIONS: readonly Execution[] = [
  'RUNNING',
  'COMPLETED',
  'FAILED',
  'CANCELLED',
  'TERMINATED',
  'TIMED_OUT',
  'PAUSED',
];

function executionOf(name: string): Execution {
  // A run that was continued as new continues in the next one.
  if (name === 'CONTINUED_AS_NEW') return 'RUNNING';
  return EXECUTIONS.find((each) => each === name) ?? 'UNKNOWN';
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
