import {
  allHandlersFinished,
  CancellationScope,
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { RolloutSummary } from '../src/rollout/messages.js';
import { clusterWorkflowId } from '../src/rollout/names.js';
import type { ResolvedRollout } from '../src/rollout/resolved.js';
import { activities, callOptions } from './activities.js';
import { deployPrimary } from './clusters.js';
import { refreshEndpoints } from './endpoints.js';
import { Preflight } from './preflight.js';
import { RolloutRun } from './rollout-run.js';
import { rolloutWaves } from './waves.js';

/**
 * Attaches the remotes of the document to the control plane of its primary: resolve, validate, deploy the primary
 * and collect its endpoints, attach every remote, wave by wave, and at the end point all at the istiod Pods of then.
 *
 * @param document the rollout document, as a user typed it
 */
export async function rollout(document: unknown): Promise<RolloutSummary> {
  const { requestedBy } = workflowInfo().memo ?? {};
  const run = new RolloutRun(typeof requestedBy === 'string' ? requestedBy : 'temporal');
  try {
    await run.scope.run(async () => {
      const resolved = await resolve(run, document);
      const preflight = await validate(run, resolved);
      await deployPrimary(run, resolved);
      await rolloutWaves(run, resolved, preflight);
      await refreshEndpoints(run, resolved);
    });
  } catch (error) {
    if (!isCancellation(error)) throw error;
    await CancellationScope.nonCancellable(() => abort(run));
    // Temporal's own cancellation ends as such; an `abort` is an end that the rollout itself has brought about.
    if (CancellationScope.current().consideredCancelled) throw error;
    await condition(allHandlersFinished);
    return summaryOf(run, 'Aborted');
  }
  run.apply({ type: 'finished', at: Date.now(), status: 'Succeeded' });
  await condition(allHandlersFinished);
  return summaryOf(run, 'Succeeded');
}

async function resolve(run: RolloutRun, document: unknown): Promise<ResolvedRollout> {
  run.apply({ type: 'step', step: 'resolve', status: 'Running', at: Date.now() });
  const { workflowId } = workflowInfo();
  const resolved = await activities.resolve.executeWithOptions(callOptions('resolve'), [
    { document, workflowId },
  ]);
  run.begin(resolved);
  const message = `remotes: ${resolved.remotes.length}, waves: ${resolved.waves.length}`;
  run.apply({ type: 'step', step: 'resolve', status: 'Succeeded', at: Date.now(), message });
  return resolved;
}

async function validate(run: RolloutRun, resolved: ResolvedRollout): Promise<Preflight> {
  run.apply({ type: 'step', step: 'validate', status: 'Running', at: Date.now() });
  const preflight = new Preflight(run, resolved);
  await preflight.validate();
  run.apply({ type: 'step', step: 'validate', status: 'Succeeded', at: Date.now() });
  return preflight;
}

/** Ends the work on every cluster, and waits until each has said where it stopped. */
async function abort(run: RolloutRun): Promise<void> {
  // The update is answered in a workflow task of its own: one that also ends the workflow is refused by the server when
  // anything has happened meanwhile, and whoever sent the update would be told that it failed.
  await sleep(1);
  const open = [...run.children].filter((cluster) => !run.isOver(cluster));
  await Promise.allSettled(
    open.map((cluster) => getExternalWorkflowHandle(clusterWorkflowId(cluster)).cancel()),
  );
  await condition(() => open.every((cluster) => run.isOver(cluster)), ABORT_PATIENCE);
  run.apply({ type: 'finished', at: Date.now(), status: 'Aborted' });
}

/** An activity notices a cancellation with its next heartbeat; a dead worker's work is not waited for. */
const ABORT_PATIENCE = '1 minute';

function summaryOf(run: RolloutRun, status: RolloutSummary['status']): RolloutSummary {
  const { mesh, clusters, changed } = run.progress;
  const remotes = clusters.filter((cluster) => cluster.role === 'remote');
  const skipped = remotes.filter((cluster) => cluster.status === 'Skipped').map((cluster) => cluster.cluster);
  const succeeded = remotes.filter((cluster) => cluster.status === 'Succeeded').length;
  const changes = changed === 0 ? 'nothing changed' : `${changed} objects changed`;
  const left = skipped.length === 0 ? '' : `, ${skipped.length} skipped`;
  return {
    mesh,
    status,
    succeeded,
    skipped,
    changed,
    message: `${succeeded} remotes attached${left}; ${changes}`,
  };
}
