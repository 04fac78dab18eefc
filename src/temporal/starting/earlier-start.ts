import { type WorkflowExecutionInfo, WorkflowNotFoundError } from '@temporalio/client';
import { WorkflowType } from '../../rollout/names.js';
import { RolloutError } from '../../rollout/rollout-error.js';
import type { TemporalAccess } from '../connection/connection.js';
import { rolloutFacts } from '../reading/rollout-facts.js';
import { type Idempotency, idempotencyIn, KEY_LIFETIME_MS } from './idempotency.js';
import type { StartedRollout } from './start-rollout.js';

const TIMEOUT_MS = 10_000;
/** How many rollouts of the last day are searched. Keys are not meant for more rollouts per day. */
const LIMIT = 1_000;

type Execution = Pick<
  WorkflowExecutionInfo,
  'workflowId' | 'runId' | 'status' | 'startTime' | 'memo' | 'typedSearchAttributes'
>;

/**
 * Returns the rollout that an earlier request with the same key started, running or finished. The running or most
 * recent rollout of the mesh is known immediately and for as long as Temporal stores it. Other rollouts of the last
 * {@link KEY_LIFETIME_MS} are found through Temporal's visibility, which lags slightly behind.
 * @throws RolloutError `idempotency-key-reused` when that request had another document; the errors of {@link
 *   TemporalAccess.call}
 */
export async function findEarlierStart(
  access: TemporalAccess,
  workflowId: string,
  wanted: Idempotency,
): Promise<StartedRollout | undefined> {
  const last = await describeRun(access, workflowId);
  const earlier = last && judge(last.execution, last.firstRunId, wanted);
  return earlier ?? (await access.call(TIMEOUT_MS, () => findInVisibility(access, wanted)));
}

/** Returns the run of a rollout as Temporal knows it now, or undefined when there is none. */
export async function describeRun(
  access: TemporalAccess,
  workflowId: string,
  runId?: string,
): Promise<{ readonly execution: Execution; readonly firstRunId: string | null | undefined } | undefined> {
  try {
    const handle = access.client.workflow.getHandle(workflowId, runId);
    const execution = await access.call(TIMEOUT_MS, () => handle.describe());
    return { execution, firstRunId: execution.raw.workflowExecutionInfo?.firstRunId };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/**
 * Returns the response to a request if the rollout was started with its key, otherwise undefined.
 * @throws RolloutError `idempotency-key-reused` when the rollout was started with another document
 */
export function judge(
  execution: Execution,
  firstRunId: string | null | undefined,
  wanted: Idempotency,
): StartedRollout | undefined {
  const found = idempotencyIn(execution.memo);
  if (found?.key !== wanted.key) return undefined;
  const { mesh, rolloutId } = rolloutFacts(execution, firstRunId);
  if (found.document !== wanted.document) {
    throw new RolloutError(
      'idempotency-key-reused',
      `The Idempotency-Key was used with another document: it started the rollout ${rolloutId} of mesh ${mesh}.`,
    );
  }
  const { workflowId } = execution;
  return { mesh, rolloutId, workflowId, ...(found.request !== wanted.request && { replayed: true }) };
}

async function findInVisibility(
  access: TemporalAccess,
  wanted: Idempotency,
): Promise<StartedRollout | undefined> {
  const since = new Date(Date.now() - KEY_LIFETIME_MS).toISOString();
  const query = `WorkflowType = '${WorkflowType.rollout}' AND StartTime > '${since}'`;
  let seen = 0;
  for await (const execution of access.client.workflow.list({ query, pageSize: 200 })) {
    const earlier = judge(execution, execution.raw.firstRunId, wanted);
    if (earlier) return earlier;
    seen += 1;
    if (seen >= LIMIT) return undefined;
  }
  return undefined;
}
