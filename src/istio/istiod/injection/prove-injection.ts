import { concurrently } from '../../../base/concurrency/concurrently.js';
import type { ClusterClient } from '../../../kubernetes/client/cluster-client.js';
import type { Finding } from '../../../rollout/checks/findings.js';
import { FINDINGS } from '../../../rollout/codes.js';
import { RolloutError } from '../../../rollout/rollout-error.js';
import { type ProbeVerdict, probeInjection } from '../../inject/injection-probe.js';
import type { StepContext } from '../../steps/step-context.js';
import { waitUntil } from '../../steps/wait-until.js';

const CONCURRENCY = 4;
const REASON_LENGTH = 300;
/** API servers learn of a new webhook, and of a new label, within about a second. */
const WAIT = { intervalMs: 250, sliceMs: 15_000 };

/** A namespace in which a Pod is tried, and the labels by which that Pod asks for a sidecar. */
export interface ProbeTarget {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The credentials need not be allowed to create Pods there: then nothing is proven. */
  readonly optional?: boolean;
}

/** What a Pod in a namespace has shown. */
export interface ProbedNamespace {
  readonly name: string;
  readonly verdict: ProbeVerdict;
}

/**
 * Tries a dry-run Pod in each namespace.
 *
 * @throws RolloutError `injection-missing` when one of them does not come back with the sidecar of the cluster
 */
export function probeNamespaces(
  remote: ClusterClient,
  targets: readonly ProbeTarget[],
  step: StepContext,
): Promise<ProbedNamespace[]> {
  return concurrently(targets, CONCURRENCY, async ({ name, labels, optional }) => {
    step.heartbeat(`tries a Pod in namespace ${name}`);
    const probe = { namespace: name, cluster: remote.name, labels };
    try {
      return {
        name,
        verdict: await waitUntil(step, () => probeInjection(remote, probe, step.signal), WAIT),
      };
    } catch (error) {
      if (!optional || !(error instanceof RolloutError) || error.code !== 'permission-denied') throw error;
      return { name, verdict: { verdict: 'unproven', reason: error.message } };
    }
  });
}

/**
 * Makes sure that a sidecar is allowed wherever a Pod is.
 *
 * @param accept codes of findings that the user has taken on; `injection-unproven` lets namespaces pass that refuse every
 * probe Pod
 * @throws RolloutError `injection-refused` or `injection-not-proven`, with every namespace and the reason
 */
export function requireInjection(
  cluster: string,
  probed: readonly ProbedNamespace[],
  accept: readonly string[],
): void {
  const refused = reasons(probed, 'refused');
  if (refused.length > 0) throw new RolloutError('injection-refused', refused.join('; '), { cluster });
  const unproven = accept.includes('injection-unproven') ? [] : reasons(probed, 'unproven');
  if (unproven.length > 0) throw new RolloutError('injection-not-proven', unproven.join('; '), { cluster });
}

/** The findings about namespaces in which nothing could be proven. */
export function unprovenFindings(cluster: string, probed: readonly ProbedNamespace[]): Finding[] {
  return probed.flatMap(({ name, verdict }): Finding[] => {
    if (verdict.verdict !== 'unproven') return [];
    const code = 'injection-unproven';
    const what = `every probe Pod was refused: ${verdict.reason.slice(0, REASON_LENGTH)}`;
    const where = `Namespace ${name}`;
    return [{ code, severity: 'warn', cluster, where, what, action: FINDINGS[code].action }];
  });
}

function reasons(probed: readonly ProbedNamespace[], wanted: 'refused' | 'unproven'): string[] {
  const what = wanted === 'refused' ? 'refuses Pods with a sidecar' : 'refuses every probe Pod';
  return probed.flatMap(({ name, verdict }) =>
    verdict.verdict === wanted
      ? [`namespace ${name} ${what}: ${verdict.reason.slice(0, REASON_LENGTH)}`]
      : [],
  );
}
