import type { EndpointsInput } from '../src/rollout/activities.js';
import type { ResolvedRollout } from '../src/rollout/resolved.js';
import { activities, callOptions } from './activities.js';
import { attentionOf } from './attention.js';
import type { RolloutRun } from './rollout-run.js';

/**
 * The last pass: istiod Pods may have moved while later remotes were attached, so every remote that was pointed at
 * others than the Pods of now is pointed at them again.
 */
export async function refreshEndpoints(run: RolloutRun, resolved: ResolvedRollout): Promise<void> {
  const { primary, istioNamespace, revision } = resolved;
  const source = { primary: primary.cluster, istioNamespace, revision };
  const addresses = await currentAddresses(run, source);
  const outdated = run.progress.clusters.filter(
    ({ status, proof }) => status === 'Succeeded' && proof && !sameAddresses(proof.endpoints, addresses),
  );
  await Promise.all(
    outdated.map(({ cluster }) => refreshOne(run, source, cluster, resolved.progressDeadlineMs)),
  );
}

/** Where istiod is now. What only a person can mend in the primary holds the rollout. */
async function currentAddresses(run: RolloutRun, source: EndpointsInput): Promise<readonly string[]> {
  const options = callOptions(`${source.primary} · collect-endpoints, last pass`);
  for (;;) {
    await run.unpaused();
    try {
      return (await activities.collectEndpoints.executeWithOptions(options, [source])).addresses;
    } catch (error) {
      await run.holdRollout(attentionOf(error));
    }
  }
}

async function refreshOne(
  run: RolloutRun,
  source: EndpointsInput,
  cluster: string,
  deadlineMs: number,
): Promise<void> {
  const options = callOptions(`${cluster} · refresh endpoints`, deadlineMs);
  for (;;) {
    await run.unpaused();
    try {
      const refreshed = await activities.refreshEndpoints.executeWithOptions(options, [
        { ...source, cluster },
      ]);
      const { attention: _over, proof, ...before } = run.cluster(cluster);
      const changed = before.changed + refreshed.changed;
      const report = { ...before, rolloutId: run.rolloutId, status: 'Succeeded' as const, changed };
      const proved = proof && { proof: { ...proof, endpoints: refreshed.addresses } };
      return run.apply({ type: 'cluster-reported', report: { ...report, ...proved } });
    } catch (error) {
      const decision = await run.hold(cluster, attentionOf(error));
      if (decision === 'skip') return run.apply({ type: 'cluster-skipped', cluster, at: Date.now() });
      run.apply({ type: 'cluster-started', cluster, at: Date.now() });
    }
  }
}

function sameAddresses(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((address) => other.includes(address));
}
