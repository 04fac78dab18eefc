import { concurrently } from '../../../base/concurrency/concurrently.js';
import type { ClusterClient } from '../../../kubernetes/client/cluster-client.js';
import { RolloutError } from '../../../rollout/rollout-error.js';
import { probeInjection } from '../../inject/injection-probe.js';
import type { ProbedNamespace } from '../../inject/probed-namespaces.js';
import type { StepContext } from '../../steps/step-context.js';
import { waitUntil } from '../../steps/wait-until.js';

const CONCURRENCY = 4;
/** API servers learn of a new webhook, and of a new label, within about a second. */
const WAIT = { intervalMs: 250, sliceMs: 15_000 };

/** A namespace in which a Pod is tried, and the labels by which that Pod asks for a sidecar. */
export interface ProbeTarget {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The credentials need not be allowed to create Pods there: then nothing is proven. */
  readonly optional?: boolean;
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
