import { type Client, type WorkflowExecutionDescription, WorkflowNotFoundError } from '@temporalio/client';
import { pause } from '../../src/base/concurrency/pause.js';
import type { StepContext } from '../../src/istio/steps/step-context.js';
import type { Activities, ClaimResult, ClusterMemo } from '../../src/rollout/activities.js';
import { clusterWorkflowId, rolloutWorkflowId } from '../../src/rollout/names.js';
import { RolloutError } from '../../src/rollout/rollout-error.js';
import { openExecution } from '../../src/temporal/starting/open-execution.js';
import { versionName } from '../../src/temporal/worker/version-name.js';
import { defineActivity } from '../activity.js';
import type { ActivityDependencies } from '../dependencies.js';

const CALL_TIMEOUT_MS = 5_000;
const POLL_MS = 500;
const PATIENCE_MS = 60_000;

/**
 * The activity `claimCluster`. A workflow that somebody else's running rollout started is left alone; one whose rollout
 * is gone, for example terminated, would hold the cluster for ever and is cancelled.
 */
export function claimCluster({ temporalClient }: ActivityDependencies): Activities['claimCluster'] {
  return defineActivity(
    async ({ cluster, rolloutId }, step) => {
      const client = await temporalClient();
      const workflowId = clusterWorkflowId(cluster);
      const holder = await openExecution(client, workflowId);
      if (holder === undefined) return { state: 'free' };
      const { mesh, rolloutId: owner } = (holder.memo ?? {}) as Partial<ClusterMemo>;
      if (owner === rolloutId) return { state: 'mine' };
      if (mesh === undefined || owner === undefined || (await isRunning(client, mesh, owner))) {
        const who =
          mesh === undefined ? 'a workflow that tells no mesh' : `the running rollout of mesh ${mesh}`;
        throw new RolloutError('cluster-held', `${who} is at work on it (workflow ${workflowId})`, {
          cluster,
        });
      }
      step.log.info('taking over a cluster whose rollout has closed', { cluster, mesh, owner });
      return await cancelAndWait(client, holder, step);
    },
    ({ cluster }) => cluster,
  );
}

async function isRunning(client: Client, mesh: string, rolloutId: string): Promise<boolean> {
  const rollout = await openExecution(client, rolloutWorkflowId(mesh));
  return rollout?.raw.workflowExecutionInfo?.firstRunId === rolloutId;
}

/** A cancelled workflow ends with its activity's next heartbeat; where no worker of its version runs, it does not. */
async function cancelAndWait(
  client: Client,
  { workflowId, runId, raw }: WorkflowExecutionDescription,
  step: StepContext,
): Promise<ClaimResult> {
  const handle = client.workflow.getHandle(workflowId, runId);
  await client.withDeadline(Date.now() + CALL_TIMEOUT_MS, () => handle.cancel()).catch(ignoreNotFound);
  const giveUpAt = Math.min(Date.now() + PATIENCE_MS, step.deadline - POLL_MS);
  while ((await openExecution(client, workflowId))?.runId === runId) {
    if (Date.now() + POLL_MS > giveUpAt) {
      // A workflow ends on workers of the version that it began with: they may be gone since.
      const version = versionName(raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion);
      const workers = version === undefined ? '' : `; workers of version ${version} have to run for that`;
      const message = `its abandoned workflow ${workflowId} was cancelled and has not ended yet${workers}`;
      return { state: 'orphaned', message };
    }
    await pause(POLL_MS, step.signal);
  }
  return { state: 'free' };
}

/** It has ended by itself meanwhile. */
function ignoreNotFound(error: unknown): void {
  if (!(error instanceof WorkflowNotFoundError)) throw error;
}
