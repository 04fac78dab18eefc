import { TypedSearchAttributes, WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { condition, isCancellation, ParentClosePolicy, startChild } from '@temporalio/workflow';
import { primaryInput, remoteInput } from '../src/rollout/cluster-inputs.js';
import { ERRORS } from '../src/rollout/codes.js';
import { clusterWorkflowId, WorkflowType } from '../src/rollout/names.js';
import type { ResolvedRollout } from '../src/rollout/resolved.js';
import { activities, callOptions } from './activities.js';
import type { RolloutRun } from './rollout-run.js';
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
    run.children.add(cluster);
    run.apply({ type: 'cluster-started', cluster, at: Date.now() });
    const ended = await startOrAdopt(run, cluster, type, input);
    await condition(() => run.isOver(cluster) || ended());
    if (run.isOver(cluster)) return;
    run.children.delete(cluster);
    const { action, title } = ERRORS['cluster-workflow-ended'];
    const attention = { code: 'cluster-workflow-ended', message: `${cluster}: ${title}`, action };
    if ((await run.hold(cluster, attention)) === 'skip')
      run.apply({ type: 'cluster-skipped', cluster, at: Date.now() });
  }
}

/** Gives a function that says whether the workflow has closed without its cluster being over. */
async function startOrAdopt(
  run: RolloutRun,
  cluster: string,
  type: string,
  input: object,
): Promise<() => boolean> {
  const { mesh } = run.progress;
  for (;;) {
    try {
      const child = await startChild(type, {
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
      let ended = false;
      child.result().then(
        (report) => run.apply({ type: 'cluster-reported', report }),
        (error) => {
          ended = !isCancellation(error) || !run.scope.consideredCancelled;
        },
      );
      return () => ended;
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      const options = callOptions(`${cluster} · waits for its workflow ID`);
      const claim = await activities.claimCluster.executeWithOptions(options, [
        { cluster, rolloutId: run.rolloutId },
      ]);
      if (claim.state === 'mine') {
        await run.tellCluster(cluster, { action: 'report' });
        return () => false;
      }
    }
  }
}
