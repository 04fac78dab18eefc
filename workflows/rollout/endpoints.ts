import { isCancellation, log, sleep } from '@temporalio/workflow';
import { sameAddresses } from '../../src/base/addresses.js';
import { inBatches } from '../../src/base/concurrency/batches.js';
import { concurrently } from '../../src/base/concurrency/concurrently.js';
import type { ClusterFailure, EndpointsInput, PointRemotesResult } from '../../src/rollout/activities.js';
import { ERRORS, type ErrorCode } from '../../src/rollout/codes.js';
import { ENDPOINTS_PROOF, type Proof } from '../../src/rollout/progress/step-results.js';
import { controlPlaneOf } from '../../src/rollout/resolve/cluster-inputs.js';
import type { ResolvedRollout } from '../../src/rollout/resolve/resolved.js';
import { activities, callOptions, followOptions } from '../activities.js';
import { attentionOf } from '../cluster/attention.js';
import { Budget } from '../cluster/budget.js';
import { heldUntil } from './held-until.js';
import type { RolloutRun } from './rollout-run.js';

/** Remotes of one activity, and activities beside each other. */
const BATCH = 50;
const CONCURRENCY = 4;
/** How long one activity tries: shorter than it may run. */
const LONGEST_TRY_MS = 240_000;

/**
 * Keeps every attached remote of the mesh pointed at the Ready istiod Pods, whatever the rollout is doing or waiting
 * for. Never returns: the activity runs until the rollout has ended.
 */
export async function keepEndpoints(resolved: ResolvedRollout): Promise<never> {
  const input = { mesh: resolved.mesh, ...controlPlaneOf(resolved) };
  const options = followOptions(`${input.primary} · keeps remotes pointed at istiod`);
  for (;;) {
    try {
      await activities.followEndpoints.executeWithOptions(options, [input]);
    } catch (error) {
      if (isCancellation(error)) throw error;
      // It retries what fails. Whatever ended it all the same must not end the rollout.
      log.error('following istiod has failed; it begins again', { mesh: resolved.mesh });
      await sleep('1 minute', { summary: 'before istiod is followed again' });
    }
  }
}

/**
 * The last pass: istiod Pods may have moved while later remotes were attached. Points every remote at the current Pods
 * whose proof names others, and returns when each is, or was skipped.
 */
export async function refreshEndpoints(run: RolloutRun, resolved: ResolvedRollout): Promise<void> {
  const step = 'refresh-endpoints';
  run.apply({ type: 'step', step, status: 'Running', at: Date.now() });
  const source = controlPlaneOf(resolved);
  const budget = new Budget(resolved.progressDeadlineMs);
  const addresses = await currentAddresses(run, source, budget);
  const outdated = run.progress.clusters.flatMap(({ cluster, status, endpoints }) =>
    status === 'Succeeded' && endpoints && !sameAddresses(endpoints, addresses) ? [cluster] : [],
  );
  await concurrently(inBatches(outdated, BATCH), CONCURRENCY, async (batch) => {
    const failed = await pointAll(run, resolved, batch);
    await Promise.all(failed.map((failure) => heldUntilPointed(run, resolved, failure)));
  });
  const message = `istiod is at ${addresses.join(', ')}`;
  run.apply({ type: 'step', step, status: 'Succeeded', at: Date.now(), message });
}

/** Where istiod is now. What only a person can mend in the primary holds the rollout. */
async function currentAddresses(
  run: RolloutRun,
  source: EndpointsInput,
  budget: Budget,
): Promise<readonly string[]> {
  const summary = `${source.primary} · collect-endpoints, last pass`;
  for (;;) {
    await run.unpaused();
    try {
      const { addresses } = await budget.spend((deadlineMs) =>
        activities.collectEndpoints.executeWithOptions(callOptions(summary, deadlineMs), [source]),
      );
      return addresses;
    } catch (error) {
      await run.holdRollout(attentionOf(error));
      budget.renew();
    }
  }
}

async function heldUntilPointed(
  run: RolloutRun,
  resolved: ResolvedRollout,
  failure: ClusterFailure,
): Promise<void> {
  await heldUntil(run, failure, async (showAttached) => {
    showAttached();
    const [why] = await pointAll(run, resolved, [failure.cluster]);
    return why;
  });
}

/** Points remotes at the current Pods, and returns those on which that needs a person. */
async function pointAll(
  run: RolloutRun,
  resolved: ResolvedRollout,
  clusters: readonly string[],
): Promise<readonly ClusterFailure[]> {
  const giveUpAt = Date.now() + resolved.progressDeadlineMs;
  const failed: ClusterFailure[] = [];
  for (let left = clusters; left.length > 0; ) {
    await run.unpaused();
    const patienceMs = Math.min(Math.max(giveUpAt - Date.now(), 0), LONGEST_TRY_MS);
    const result = await point(resolved, left, patienceMs);
    takeResult(run, result);
    const isPassing = ({ code }: ClusterFailure) => ERRORS[code as ErrorCode]?.transient === true;
    const isOverdue = Date.now() >= giveUpAt;
    failed.push(...result.failed.filter((failure) => isOverdue || !isPassing(failure)));
    left = isOverdue ? [] : result.failed.filter(isPassing).map(({ cluster }) => cluster);
  }
  return failed;
}

async function point(
  resolved: ResolvedRollout,
  clusters: readonly string[],
  patienceMs: number,
): Promise<PointRemotesResult> {
  const more = clusters.length === 1 ? '' : ` and ${clusters.length - 1} more`;
  const options = callOptions(`${clusters[0]}${more} · refresh endpoints`);
  const input = { ...controlPlaneOf(resolved), clusters, patienceMs };
  return await activities.pointRemotes.executeWithOptions(options, [input]);
}

function takeResult(run: RolloutRun, { pointed }: PointRemotesResult): void {
  for (const { cluster, changed, endpoints } of pointed) {
    const { attention: _over, proofs, ...before } = run.cluster(cluster);
    const report = {
      ...before,
      rolloutId: run.rolloutId,
      status: 'Succeeded' as const,
      changed: before.changed + changed,
      endpoints,
      ...(proofs && { proofs: withEndpoints(proofs, endpoints) }),
    };
    run.apply({ type: 'cluster-reported', report });
  }
}

function withEndpoints(proofs: readonly Proof[], endpoints: readonly string[]): Proof[] {
  const value = endpoints.join(', ');
  return proofs.map((proof) => (proof.what === ENDPOINTS_PROOF ? { ...proof, value } : proof));
}
