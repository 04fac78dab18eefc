import { ERRORS, type ErrorCode } from '../src/rollout/codes.js';
import type { ResolvedRollout } from '../src/rollout/resolved.js';
import { activities, callOptions } from './activities.js';
import type { RolloutRun } from './rollout-run.js';

/**
 * The last pass: istiod Pods may have moved while later remotes were attached, so every remote that was pointed at
 * others than the Pods of now is pointed at them again.
 */
export async function refreshEndpoints(run: RolloutRun, resolved: ResolvedRollout): Promise<void> {
  const { primary, istioNamespace, revision } = resolved;
  const source = { primary: primary.cluster, istioNamespace, revision };
  const summary = `${primary.cluster} · collect-endpoints, last pass`;
  const { addresses } = await activities.collectEndpoints.executeWithOptions(callOptions(summary), [source]);
  const outdated = run.progress.clusters.filter(
    ({ status, proof }) => status === 'Succeeded' && proof && !sameAddresses(proof.endpoints, addresses),
  );
  await Promise.all(outdated.map(({ cluster }) => refreshOne(cluster)));

  async function refreshOne(cluster: string): Promise<void> {
    for (;;) {
      const options = callOptions(`${cluster} · refresh endpoints`);
      const input = { ...source, clusters: [cluster] };
      const { failed, changed } = await activities.refreshEndpoints.executeWithOptions(options, [input]);
      const [failure] = failed;
      const before = run.cluster(cluster);
      if (!failure) {
        const { rolloutId } = run;
        const report = {
          ...before,
          rolloutId,
          status: 'Succeeded' as const,
          changed: before.changed + changed.length,
        };
        const proof = before.proof && { ...before.proof, endpoints: addresses };
        return run.apply({ type: 'cluster-reported', report: { ...report, ...(proof && { proof }) } });
      }
      const action = ERRORS[failure.code as ErrorCode]?.action ?? ERRORS['internal-error'].action;
      const decision = await run.hold(cluster, { code: failure.code, message: failure.message, action });
      if (decision === 'skip') return run.apply({ type: 'cluster-skipped', cluster, at: Date.now() });
    }
  }
}

function sameAddresses(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((address) => other.includes(address));
}
