import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  isCancellation,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { RolloutSummary } from '../../src/rollout/messages.js';
import { clusterWorkflowId } from '../../src/rollout/names.js';
import { pageOf } from '../../src/rollout/progress/rollout-progress.js';
import type { ResolvedRollout } from '../../src/rollout/resolve/resolved.js';
import { activities, callOptions } from '../activities.js';
import * as messages from '../messages.js';
import { followAdopted } from '../waves/adopted.js';
import { rolloutPrimary } from '../waves/clusters.js';
import { rolloutWaves } from '../waves/waves.js';
import { type PackedCarryOver, pack, unpack } from './carry-over.js';
import { Decisions } from './decisions.js';
import { keepEndpoints, refreshEndpoints } from './endpoints.js';
import { isLongRun } from './long-run.js';
import { Preflight } from './preflight.js';
import { RolloutRun } from './rollout-run.js';

/**
 * Attaches the remotes of the document to the control plane of its primary: resolve, validate, deploy the primary and
 * collect its endpoints, attach every remote, wave by wave, and finally point every remote at the current istiod
 * Pods. During the whole rollout, attached remotes are kept pointed at the Ready istiod Pods.
 *
 * @param document the rollout document, as a user typed it
 * @param carried what an earlier run of the same rollout passes on when its history has grown long; users pass
 *   nothing
 */
export async function rollout(document: unknown, ...carried: PackedCarryOver): Promise<RolloutSummary> {
  const { requestedBy } = workflowInfo().memo ?? {};
  const run = new RolloutRun(typeof requestedBy === 'string' ? requestedBy : 'temporal', unpack(carried));
  setHandler(messages.rolloutProgress, (page) => pageOf(run.progress, page ?? {}), {
    description: 'Steps, waves, findings, audit, and a page of the clusters. {"from": 250, "limit": 250}',
  });
  setHandler(messages.clusterReport, (report) => run.takeReport(report));
  new Decisions(run).handleUpdates();
  try {
    await run.scope.run(async () => {
      const resolved = run.resolved ?? (await resolve(run, document));
      await Promise.race([
        attachAll(run, resolved, document),
        followAdopted(run),
        keepEndpoints(resolved),
        run.scope.cancelRequested,
      ]);
    });
  } catch (error) {
    if (!isCancellation(error)) throw error;
    await CancellationScope.nonCancellable(() => abort(run));
    // A cancellation by Temporal ends as such. An `abort` is an end that the rollout itself caused.
    if (CancellationScope.current().consideredCancelled) throw error;
    await condition(allHandlersFinished);
    return summaryOf(run, 'Aborted');
  }
  run.scope.cancel();
  run.apply({ type: 'finished', at: Date.now(), status: 'Succeeded' });
  await condition(allHandlersFinished);
  return summaryOf(run, 'Succeeded');
}

async function attachAll(run: RolloutRun, resolved: ResolvedRollout, document: unknown): Promise<void> {
  const preflight = new Preflight(run, resolved);
  if (!run.isValidated) await validate(run, preflight);
  await rolloutPrimary(run, resolved);
  run.retryCarried();
  const waves = rolloutWaves(run, resolved, preflight);
  await Promise.race([waves, nextRun(run, resolved, document)]);
  await refreshEndpoints(run, resolved);
}

async function resolve(run: RolloutRun, document: unknown): Promise<ResolvedRollout> {
  run.apply({ type: 'step', step: 'resolve', status: 'Running', at: Date.now() });
  const { workflowId } = workflowInfo();
  const resolved = await activities.resolve.executeWithOptions(
    callOptions(`${run.progress.mesh} · resolve`),
    [{ document, workflowId }],
  );
  run.begin(resolved);
  const message = `remotes: ${resolved.remotes.length}, waves: ${resolved.waves.length}`;
  run.apply({ type: 'step', step: 'resolve', status: 'Succeeded', at: Date.now(), message });
  return resolved;
}

async function validate(run: RolloutRun, preflight: Preflight): Promise<void> {
  run.apply({ type: 'step', step: 'validate', status: 'Running', at: Date.now() });
  await preflight.validate();
  run.apply({ type: 'step', step: 'validate', status: 'Succeeded', at: Date.now() });
}

/**
 * Continues in a new run of this workflow when the history has grown long; otherwise never returns. Whatever waits
 * here for a person or a place waits again in the new run. The clusters' workflows do not notice.
 */
async function nextRun(run: RolloutRun, resolved: ResolvedRollout, document: unknown): Promise<never> {
  for (let tries = 0; tries < QUIET_TRIES; tries++) {
    await condition(() => isLongRun() && isQuiet(run) && allHandlersFinished());
    const { decisions } = run;
    await sleep(ANSWERS_GO_OUT_MS);
    if (run.decisions === decisions && isQuiet(run) && allHandlersFinished()) break;
  }
  await condition(() => isQuiet(run));
  return await continueAsNew<typeof rollout>(document, ...pack(run.carryOver(resolved)));
}

/** Returns whether nothing is in progress that the end of this run would interrupt. */
function isQuiet(run: RolloutRun): boolean {
  return run.starts.isIdle && run.telling === 0;
}

/**
 * An update is answered in a separate workflow task. The server refuses a task that also ends the run if anything has
 * happened meanwhile, and the sender of the update would see a failure.
 */
const ANSWERS_GO_OUT_MS = 1;

/** A constant stream of decisions, for example from a script, must not keep the history growing. */
const QUIET_TRIES = 20;

/** Ends the work on every cluster, and waits until each has reported where it stopped. */
async function abort(run: RolloutRun): Promise<void> {
  await sleep(ANSWERS_GO_OUT_MS);
  const open = [...run.children].filter((cluster) => !run.isOver(cluster));
  await Promise.allSettled(
    open.map((cluster) => getExternalWorkflowHandle(clusterWorkflowId(cluster)).cancel()),
  );
  const over = Promise.all(open.map((cluster) => run.whenOver(cluster)));
  await Promise.race([over, sleep(ABORT_PATIENCE)]);
  run.apply({ type: 'finished', at: Date.now(), status: 'Aborted' });
}

/** An activity notices a cancellation with its next heartbeat. The work of a dead worker is not awaited. */
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
