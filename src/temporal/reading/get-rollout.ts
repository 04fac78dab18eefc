import { WorkflowNotFoundError } from '@temporalio/client';
import { rolloutWorkflowId } from '../../rollout/names.js';
import { RolloutError } from '../../rollout/rollout-error.js';
import type { TemporalAccess } from '../connection/connection.js';
import { withReadableFailures } from '../connection/failure-message.js';
import { versionName } from '../worker/version-name.js';
import { attemptOf } from './attempt.js';
import { listClusters, withAttempts } from './cluster-workflows.js';
import { queryProgress } from './query-progress.js';
import { isClosed, type RolloutFacts, rolloutFacts, statusOf } from './rollout-facts.js';
import { rolloutFailure } from './rollout-failure.js';
import type { RolloutView } from './rollout-view.js';

const TIMEOUT_MS = 5_000;

/**
 * Returns the running rollout of a mesh, or the most recent one.
 * @throws RolloutError `rollout-not-found`; the errors of {@link TemporalAccess.call}
 */
export async function getRollout(access: TemporalAccess, mesh: string): Promise<RolloutView> {
  const described = await describe(access, mesh);
  const facts = rolloutFacts(described, described.raw.workflowExecutionInfo?.firstRunId);
  const [queried, failure] = await Promise.all([
    queryProgress(access, mesh),
    facts.execution === 'FAILED' || facts.execution === 'TERMINATED' ? rolloutFailure(access, mesh) : {},
  ]);
  const attempt = isClosed(facts.execution) ? undefined : attemptOf(described);
  const version = versionName(described.raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion);
  const common = {
    workflowId: rolloutWorkflowId(mesh),
    execution: facts.execution,
    worker: queried.worker,
    ...(version && { version }),
    ...(attempt && { attempt }),
  };
  if (queried.worker !== 'answers') {
    const clusters = await listClusters(access, mesh, facts.rolloutId);
    return { ...withoutProgress(facts), ...common, clusters, ...failure };
  }
  const { clusterCount: _all, ...progress } = queried.progress;
  return {
    ...progress,
    ...common,
    status: isClosed(facts.execution) ? statusOf(progress.status, facts.execution) : progress.status,
    ...(progress.finishedAt === undefined &&
      facts.finishedAt !== undefined && { finishedAt: facts.finishedAt }),
    clusters: isClosed(facts.execution)
      ? progress.clusters
      : await withAttempts(access, progress.rolloutId, progress.clusters),
    ...failure,
  };
}

async function describe(access: TemporalAccess, mesh: string) {
  const handle = access.client.workflow.getHandle(rolloutWorkflowId(mesh));
  try {
    const described = await access.call(TIMEOUT_MS, () => handle.describe());
    return await withReadableFailures(access.client, described);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw noRollout(mesh);
    throw error;
  }
}

/** Returns the error for a mesh without any rollout, running or finished. */
export function noRollout(mesh: string): RolloutError {
  return new RolloutError('rollout-not-found', `There is no rollout of mesh ${mesh}.`);
}

function withoutProgress(
  facts: RolloutFacts,
): Omit<RolloutView, 'workflowId' | 'execution' | 'worker' | 'clusters'> {
  const { mesh, rolloutId, status, requestedBy, startedAt, finishedAt } = facts;
  return {
    mesh,
    rolloutId,
    status,
    requestedBy,
    startedAt,
    ...(finishedAt !== undefined && { finishedAt }),
    release: '',
    steps: [],
    waves: [],
    findings: [],
    audit: [],
    changed: 0,
  };
}
