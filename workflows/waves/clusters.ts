import {
  type RetryPolicy,
  TypedSearchAttributes,
  type Workflow,
  WorkflowExecutionAlreadyStartedError,
} from '@temporalio/common';
import {
  type ChildWorkflowHandle,
  isCancellation,
  ParentClosePolicy,
  startChild,
} from '@temporalio/workflow';
import type { ClaimResult } from '../../src/rollout/activities.js';
import { ERRORS } from '../../src/rollout/codes.js';
import { clusterWorkflowId, WorkflowType } from '../../src/rollout/names.js';
import type { Attention } from '../../src/rollout/progress/progress.js';
import { primaryInput, remoteInput } from '../../src/rollout/resolve/cluster-inputs.js';
import type { ResolvedRollout } from '../../src/rollout/resolve/resolved.js';
import { activities, callOptions } from '../activities.js';
import { attentionOf } from '../cluster/attention.js';
import type { RolloutRun } from '../rollout/rollout-run.js';
import { runUnless } from '../rollout/run-unless.js';
import { searchKeys } from '../search-attributes.js';

type Role = 'primary' | 'remote';

/** Runs the primary's workflow until the control plane is deployed. A person may have to help meanwhile. */
export async function rolloutPrimary(run: RolloutRun, resolved: ResolvedRollout): Promise<void> {
  const { cluster } = resolved.primary;
  await runChild(run, cluster, 'primary', () =>
    primaryInput(resolved, run.rolloutId, run.acceptedFor(cluster)),
  );
}

/** Runs a remote's workflow until it has succeeded or was skipped. The caller has taken a place for it. */
export async function rolloutRemote(
  run: RolloutRun,
  resolved: ResolvedRollout,
  cluster: string,
): Promise<void> {
  await runChild(run, cluster, 'remote', () =>
    remoteInput(resolved, run.rolloutId, cluster, run.acceptedFor(cluster)),
  );
}

/**
 * Starts the cluster's workflow and follows it. If the workflow was ended from outside, a person decides whether to
 * start it again.
 */
async function runChild(run: RolloutRun, cluster: string, role: Role, input: () => object): Promise<void> {
  while (!run.isOver(cluster)) {
    const { ended } = run.children.has(cluster)
      ? { ended: run.adopt(cluster) }
      : await start(run, cluster, role, input);
    await Promise.race([run.whenOver(cluster), ended]);
    run.adopted.delete(cluster);
    if (run.isOver(cluster)) return;
    run.removeChild(cluster);
    const { action, title } = ERRORS['cluster-workflow-ended'];
    await decided(run, cluster, role, {
      code: 'cluster-workflow-ended',
      message: `${cluster}: ${title}`,
      action,
    });
  }
}

/** Parks the cluster here until a person decides. A remote that will be started again waits for its turn. */
async function decided(run: RolloutRun, cluster: string, role: Role, attention: Attention): Promise<void> {
  if ((await run.hold(cluster, attention)) === 'skip')
    return run.apply({ type: 'cluster-skipped', cluster, at: Date.now() });
  run.apply({ type: 'cluster-waits', cluster });
  if (role === 'remote') await run.places.take(cluster, 'retry');
}

/** A started workflow of a cluster. */
interface Started {
  /**
   * Resolves when the workflow has closed before the cluster has finished. It is wrapped in an object, so that the
   * caller of the start does not await it.
   */
  readonly ended: PromiseLike<void>;
}

async function start(run: RolloutRun, cluster: string, role: Role, input: () => object): Promise<Started> {
  while (!run.isOver(cluster)) {
    await Promise.race([run.unpaused(), run.whenOver(cluster)]);
    if (run.isOver(cluster)) break;
    run.addChild(cluster);
    run.apply({ type: 'cluster-started', cluster, at: Date.now() });
    const child = await startUnlessHeld(run, cluster, role, input());
    if (child) {
      await tellWhatCameMeanwhile(run, cluster);
      return { ended: endOf(run, child) };
    }
    if (await isOwn(run, cluster, role)) {
      await tellWhatCameMeanwhile(run, cluster);
      await run.tellCluster(cluster, 'report');
      return { ended: run.adopt(cluster) };
    }
    if (role === 'remote') await run.places.take(cluster, 'retry');
  }
  return { ended: run.whenOver(cluster) };
}

function endOf(run: RolloutRun, child: ChildWorkflowHandle<Workflow>): Promise<void> {
  return new Promise<void>((resolve) => {
    child.result().then(
      (report) => run.apply({ type: 'cluster-reported', report }),
      (error) => {
        if (!isCancellation(error) || !run.scope.consideredCancelled) resolve();
      },
    );
  });
}

/**
 * Sends a pause or a skip that arrived while the cluster's workflow was being started or searched, and so did not
 * reach it.
 */
async function tellWhatCameMeanwhile(run: RolloutRun, cluster: string): Promise<void> {
  if (run.toSkip.delete(cluster)) await run.tellCluster(cluster, 'skip');
  if (run.paused) await run.tellCluster(cluster, 'pause');
}

/**
 * Waits until no other workflow holds the cluster's workflow ID, or a person skips the cluster. Returns true when the
 * workflow that holds it belongs to this rollout. Meanwhile this rollout does not own the cluster: it uses no place,
 * and decisions made here do not reach the workflow of another mesh.
 */
async function isOwn(run: RolloutRun, cluster: string, role: Role): Promise<boolean> {
  run.removeChild(cluster);
  const deadlineMs = run.resolved?.progressDeadlineMs ?? 0;
  let giveUpAt = Date.now() + deadlineMs;
  while (!run.isOver(cluster)) {
    const claimed = await claimUnlessOver(run, cluster);
    if (claimed?.state === 'mine') run.addChild(cluster);
    if (claimed?.state !== 'orphaned') return claimed?.state === 'mine';
    const { action } = ERRORS['cluster-orphaned'];
    const attention = { code: 'cluster-orphaned', message: `${cluster}: ${claimed.message}`, action };
    if (Date.now() < giveUpAt) {
      run.apply({ type: 'cluster-started', cluster, at: Date.now(), attention });
    } else {
      await decided(run, cluster, role, attention);
      giveUpAt = Date.now() + deadlineMs;
    }
  }
  return false;
}

async function claimUnlessOver(run: RolloutRun, cluster: string): Promise<ClaimResult | undefined> {
  try {
    return await runUnless(run.whenOver(cluster), () => claim(run, cluster));
  } catch (error) {
    if (run.isOver(cluster)) return undefined;
    throw error;
  }
}

async function claim(run: RolloutRun, cluster: string): Promise<ClaimResult> {
  const options = callOptions(`${cluster} · waits for its workflow ID`);
  const input = { cluster, rolloutId: run.rolloutId };
  try {
    // The first answer is needed immediately: it says what the cluster waits for.
    return await activities.claimCluster.executeWithOptions({ ...options, retry: { maximumAttempts: 1 } }, [
      input,
    ]);
  } catch (error) {
    run.apply({ type: 'cluster-started', cluster, at: Date.now(), attention: attentionOf(error) });
    return await activities.claimCluster.executeWithOptions({ ...options, retry: OFTEN }, [input]);
  }
}

/** Waiting adds no history: it is one activity that is retried. */
const OFTEN: RetryPolicy = {
  initialInterval: '1 second',
  backoffCoefficient: 1.2,
  maximumInterval: '5 seconds',
};

/** Starts the cluster's workflow. Returns undefined when a workflow of the cluster already runs. */
async function startUnlessHeld(
  run: RolloutRun,
  cluster: string,
  role: Role,
  input: object,
): Promise<ChildWorkflowHandle<Workflow> | undefined> {
  const { mesh } = run.progress;
  const options = {
    workflowId: clusterWorkflowId(cluster),
    args: [input],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    memo: { mesh, rolloutId: run.rolloutId },
    staticSummary: `${cluster} · ${role} of mesh ${mesh}`,
    typedSearchAttributes: new TypedSearchAttributes([
      { key: searchKeys.mesh, value: mesh },
      { key: searchKeys.cluster, value: cluster },
      { key: searchKeys.status, value: 'Running' },
    ]),
  };
  try {
    return await run.starts.take(() => startChild(WorkflowType[role], options));
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined;
    throw error;
  }
}
