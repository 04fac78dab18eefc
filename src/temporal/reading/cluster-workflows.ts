import type { WorkflowExecutionInfo } from '@temporalio/client';
import { concurrently } from '../../base/concurrency/concurrently.js';
import type { ClusterMemo } from '../../rollout/activities.js';
import { clusterWorkflowId, SearchAttribute, WorkflowType } from '../../rollout/names.js';
import { PRIMARY_STEPS, REMOTE_STEPS, type StepName } from '../../rollout/steps.js';
import type { TemporalAccess } from '../connection/connection.js';
import { withReadableFailures } from '../connection/failure-message.js';
import { searchAttributeKeys } from '../connection/search-attribute-keys.js';
import { attemptOf } from './attempt.js';
import { rolloutFacts } from './rollout-facts.js';
import type { ClusterView } from './rollout-view.js';

const DESCRIBE_TIMEOUT_MS = 3_000;
const LIST_TIMEOUT_MS = 5_000;
const CONCURRENCY = 10;
const STEPS: readonly StepName[] = [...PRIMARY_STEPS, ...REMOTE_STEPS];

/**
 * Adds the current attempt to every running cluster: the step, the number of the attempt, the last error. Clusters
 * that cannot be described stay unchanged: this information is optional and never a reason to fail.
 *
 * @param rolloutId the rollout of the clusters; the workflow of another rollout adds nothing
 */
export async function withAttempts(
  access: TemporalAccess,
  rolloutId: string,
  clusters: readonly ClusterView[],
): Promise<ClusterView[]> {
  return concurrently(clusters, CONCURRENCY, async (cluster) =>
    cluster.status === 'Running' ? withAttempt(access, rolloutId, cluster).catch(() => cluster) : cluster,
  );
}

async function withAttempt(
  access: TemporalAccess,
  rolloutId: string,
  cluster: ClusterView,
): Promise<ClusterView> {
  const handle = access.client.workflow.getHandle(clusterWorkflowId(cluster.cluster));
  const answer = await access.call(DESCRIBE_TIMEOUT_MS, () => handle.describe());
  const described = await withReadableFailures(access.client, answer);
  // The workflow of another rollout, even an earlier one of the same mesh, may still hold the cluster.
  if (rolloutOf(described) !== rolloutId) return cluster;
  const attempt = attemptOf(described);
  const recorded = described.typedSearchAttributes.get(searchAttributeKeys.step);
  const step = stepOf(attempt?.activity) ?? stepOf(recorded) ?? cluster.step;
  return { ...cluster, ...(step && { step }), ...(attempt && { attempt }) };
}

/**
 * Returns the clusters of a rollout as Temporal itself knows them: name, role, status and step. Used when no worker
 * answers.
 * @throws the errors of {@link TemporalAccess.call}
 */
export async function listClusters(
  access: TemporalAccess,
  mesh: string,
  rolloutId: string,
): Promise<ClusterView[]> {
  const types = `'${WorkflowType.primary}', '${WorkflowType.remote}'`;
  const query = `${SearchAttribute.mesh} = '${mesh}' AND WorkflowType IN (${types})`;
  const clusters: ClusterView[] = [];
  await access.call(LIST_TIMEOUT_MS, async () => {
    for await (const workflow of access.client.workflow.list({ query, pageSize: 1000 })) {
      // Earlier rollouts of the mesh had workflows for the same clusters.
      if (rolloutOf(workflow) !== rolloutId) continue;
      clusters.push(clusterOf(workflow));
    }
  });
  return clusters.sort((one, other) => one.cluster.localeCompare(other.cluster));
}

function clusterOf(workflow: WorkflowExecutionInfo): ClusterView {
  const attributes = workflow.typedSearchAttributes;
  const facts = rolloutFacts(workflow, undefined);
  const step = stepOf(attributes.get(searchAttributeKeys.step));
  return {
    cluster: workflow.workflowId.replace(/^cluster\//, ''),
    role: workflow.type === WorkflowType.primary ? 'primary' : 'remote',
    status: facts.status,
    ...(step && { step }),
    startedAt: facts.startedAt,
    ...(facts.finishedAt !== undefined && { finishedAt: facts.finishedAt }),
    changed: 0,
  };
}

/** Returns the ID of the rollout that started the workflow of a cluster. */
function rolloutOf({ memo }: Pick<WorkflowExecutionInfo, 'memo'>): string | undefined {
  return (memo as Partial<ClusterMemo> | undefined)?.rolloutId;
}

function stepOf(name: string | undefined): StepName | undefined {
  return STEPS.find((step) => step === name);
}
