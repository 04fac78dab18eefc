import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { concurrently } from '../../src/base/concurrency/concurrently.js';
import { waitUntil } from '../../src/istio/steps/wait-until.js';
import type { Activities, ClusterMemo, FollowResult } from '../../src/rollout/activities.js';
import { clusterWorkflowId } from '../../src/rollout/names.js';
import type { ClusterReport } from '../../src/rollout/progress/progress.js';
import { RolloutError } from '../../src/rollout/rollout-error.js';
import { isClosed, rolloutFacts } from '../../src/temporal/reading/rollout-facts.js';
import { lastExecution } from '../../src/temporal/starting/open-execution.js';
import { defineActivity } from '../activity.js';
import type { ActivityDependencies } from '../dependencies.js';

const RESULT_TIMEOUT_MS = 5_000;
const CONCURRENCY = 10;
/** A cluster's workflow reports by itself; this is for one that was ended from outside. */
const WAIT = { sliceMs: 240_000, intervalMs: 5_000 };

type Ended = FollowResult['ended'][number];

/** The activity `followClusters`. */
export function followClusters({ temporalClient }: ActivityDependencies): Activities['followClusters'] {
  return defineActivity(async ({ clusters, rolloutId }, step) => {
    const client = await temporalClient();
    return await waitUntil(
      step,
      async () => {
        const looked = await concurrently(clusters, CONCURRENCY, (name) => endOf(client, name, rolloutId));
        const ended = looked.filter((each) => each !== undefined);
        if (ended.length > 0) return { ended };
        throw new RolloutError('cluster-at-work', `at work: ${clusters.slice(0, 5).join(', ')}`);
      },
      WAIT,
    );
  });
}

/** How the workflow that the rollout has started for the cluster ended; undefined while it runs. */
async function endOf(client: Client, cluster: string, rolloutId: string): Promise<Ended | undefined> {
  const last = await lastExecution(client, clusterWorkflowId(cluster));
  const isOurs = (last?.memo as Partial<ClusterMemo> | undefined)?.rolloutId === rolloutId;
  if (!last || !isOurs) return { cluster };
  const { execution } = rolloutFacts(last, undefined);
  if (!isClosed(execution)) return undefined;
  return execution === 'COMPLETED' ? { cluster, report: await reportOf(client, last) } : { cluster };
}

async function reportOf(client: Client, last: WorkflowExecutionDescription): Promise<ClusterReport> {
  const handle = client.workflow.getHandle(last.workflowId, last.runId);
  return await client.withDeadline(Date.now() + RESULT_TIMEOUT_MS, () => handle.result());
}
