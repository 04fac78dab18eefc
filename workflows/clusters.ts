import {
  type RetryPolicy,
  TypedSearchAttributes,
  type Workflow,
  WorkflowExecutionAlreadyStartedError,
} from '@temporalio/common';
import {
  type ChildWorkflowHandle,
  condition,
  isCancellation,
  ParentClosePolicy,
  startChild,
} from '@temporalio/workflow';
import type { ClaimResult } from '../src/rollout/activities.js';
import { primaryInput, remoteInput } from '../src/rollout/cluster-inputs.js';
import { ERRORS } from '../src/rollout/codes.js';
import { clusterWorkflowId, WorkflowType } from '../src/rollout/names.js';
import type { ResolvedRollout } from '../src/rollout/resolved.js';
import { activities, callOptions } from './activities.js';
import { attentionOf } from './attention.js';
import type { RolloutRun } from './rollout-run.js';
import { runUnless } from './run-unless.js';
import { searchKeys } from './search-attributes.js';

/** Runs the primary's workflow until the control plane is there; a person may have to help on the way. */
export async function deployPrimary(run: RolloutRun, resolved: ResolvedRollout): Promise<void> {
  const input = primaryInput(resolved, run.rolloutId);
  await runChild(run, resolved.primary.cluster, WorkflowType.primary, input);
}

/** Runs a remote's workflow until it is done, or skipped. */
export async function rolloutRemote(
  run: RolloutRun,
  resolved: ResolvedRollout,
  cluster: string,
): Promise<void> {
  const input = remoteInput(resolved, run.rolloutId, cluster, run.accepted);
  await runChild(run, cluster, WorkflowType.remote, input);
}

/** Starts the cluster's workflow and follows it; where it was ended from outside, a person says whether to start again. */
async function runChild(
  run: RolloutRun,
  cluster: string,
  type: 'primary' | 'remote',
  input: object,
): Promise<void> {
  while (!run.isOver(cluster)) {
    const ended = run.children.has(cluster) ? adopt(run, cluster) : await start(run, cluster, type, input);
    await condition(() => run.isOver(cluster) || ended());
    run.adopted.delete(cluster);
    if (run.isOver(cluster)) return;
    run.children.delete(cluster);
    const { action, title } = ERRORS['cluster-workflow-ended'];
    const attention = { code: 'cluster-workflow-ended', message: `${cluster}: ${title}`, action };
    if ((await run.hold(cluster, attention)) === 'skip')
      run.apply({ type: 'cluster-skipped', cluster, at: Date.now() });
  }
}

/** Gives a function that says whether the workflow has closed without its cluster being over. */
type HasEnded = () => boolean;

/** Follows the workflow that an earlier run of this rollout has started. */
function adopt(run: RolloutRun, cluster: string): HasEnded {
  run.adopted.add(cluster);
  return () => !run.adopted.has(cluster);
}

async function start(
  run: RolloutRun,
  cluster: string,
  type: 'primary' | 'remote',
  input: object,
): Promise<HasEnded> {
  while (!run.isOver(cluster)) {
    if (run.paused) {
      await run.unpaused(() => run.isOver(cluster));
      continue;
    }
    run.addChild(cluster);
    run.apply({ type: 'cluster-started', cluster, at: Date.now() });
    const child = await startUnlessHeld(run, cluster, type, input);
    if (child) {
      await tellPaused(run, cluster);
      let ended = false;
      child.result().then(
        (report) => run.apply({ type: 'cluster-reported', report }),
        (error) => {
          ended = !isCancellation(error) || !run.scope.consideredCancelled;
        },
      );
      return () => ended;
    }
    if (await isOwn(run, cluster)) {
      await tellPaused(run, cluster);
      await run.tellCluster(cluster, { action: 'report' });
      return adopt(run, cluster);
    }
    if (type === 'remote') await run.takePlace(cluster);
  }
  return () => false;
}

/** A pause that came while the cluster's workflow was being started, or looked for, did not reach it. */
async function tellPaused(run: RolloutRun, cluster: string): Promise<void> {
  if (run.paused) await run.tellCluster(cluster, { action: 'pause' });
}

/**
 * Waits until no other workflow holds the ID of the cluster's, or a person skips the cluster. Gives true when the one
 * that holds it is of this rollout. Meanwhile the cluster is none of this rollout's: it takes nobody's place, and what
 * is decided here does not reach the workflow of another mesh.
 */
async function isOwn(run: RolloutRun, cluster: string): Promise<boolean> {
  run.children.delete(cluster);
  const isOver = () => run.isOver(cluster);
  try {
    const { state } = await runUnless(isOver, () => claim(run, cluster));
    if (state === 'mine') run.children.add(cluster);
    return state === 'mine';
  } catch (error) {
    if (isOver()) return false;
    throw error;
  }
}

async function claim(run: RolloutRun, cluster: string): Promise<ClaimResult> {
  const options = callOptions(`${cluster} · waits for its workflow ID`);
  const input = { cluster, rolloutId: run.rolloutId };
  try {
    // The first answer is wanted at once: it says whom the cluster waits for.
    return await activities.claimCluster.executeWithOptions({ ...options, retry: { maximumAttempts: 1 } }, [
      input,
    ]);
  } catch (error) {
    run.apply({ type: 'cluster-started', cluster, at: Date.now(), attention: attentionOf(error) });
    return await activities.claimCluster.executeWithOptions({ ...options, retry: OFTEN }, [input]);
  }
}

/** Waiting costs no history: it is one activity that is tried again. */
const OFTEN: RetryPolicy = {
  initialInterval: '1 second',
  backoffCoefficient: 1.2,
  maximumInterval: '5 seconds',
};

/** Gives undefined when a workflow of the cluster runs already. */
async function startUnlessHeld(
  run: RolloutRun,
  cluster: string,
  type: 'primary' | 'remote',
  input: object,
): Promise<ChildWorkflowHandle<Workflow> | undefined> {
  const { mesh } = run.progress;
  run.starting += 1;
  try {
    return await startChild(type, {
      workflowId: clusterWorkflowId(cluster),
      args: [input],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      memo: { mesh, rolloutId: run.rolloutId },
      staticSummary: `${cluster} · ${type} of mesh ${mesh}`,
      typedSearchAttributes: new TypedSearchAttributes([
        { key: searchKeys.mesh, value: mesh },
        { key: searchKeys.cluster, value: cluster },
        { key: searchKeys.status, value: 'Running' },
      ]),
    });
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined;
    throw error;
  } finally {
    run.starting -= 1;
  }
}
