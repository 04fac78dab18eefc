import { concurrently } from '../../src/base/concurrency/concurrently.js';
import { pause } from '../../src/base/concurrency/pause.js';
import { redact } from '../../src/base/text/redact.js';
import { findOtherRegistrations } from '../../src/istio/access/registrations.js';
import type { Inspection } from '../../src/istio/checks/inspection.js';
import { finding } from '../../src/istio/checks/preflight-checks.js';
import { readMeshRoot } from '../../src/istio/control-plane/root-certificate.js';
import type { StepContext } from '../../src/istio/steps/step-context.js';
import type { ClusterClient } from '../../src/kubernetes/client/cluster-client.js';
import type { Clusters } from '../../src/kubernetes/connection/clusters.js';
import type { Activities, InspectInput } from '../../src/rollout/activities.js';
import type { ClusterInspection, Finding } from '../../src/rollout/checks/findings.js';
import { ERRORS, type ErrorCode, type FindingCode } from '../../src/rollout/codes.js';
import { RolloutError } from '../../src/rollout/rollout-error.js';
import { defineActivity } from '../activity.js';
import type { ActivityDependencies } from '../dependencies.js';
import { inspectCluster } from './inspect-cluster.js';

const CONCURRENCY = 10;
const REQUEST_TIMEOUT_MS = 5_000;
/** Quick tries begin within this time; what lasts longer, the rollout waits for elsewhere. */
const PATIENCE_MS = 3_000;
const PAUSE_MS = 500;

/**
 * The activity `inspectClusters`: what is found about each cluster, in the order of the input. What is wrong with one
 * cluster is a finding of that cluster and never a failure of the activity; with `mustReach` a cluster that does not
 * answer is. One that refuses the credentials counts as not answering for as long as that may pass.
 */
export function inspectClusters(dependencies: ActivityDependencies): Activities['inspectClusters'] {
  return defineActivity(async (input, step) => {
    let done = 0;
    const inspections = await concurrently(input.clusters, CONCURRENCY, async ({ cluster, role }) => {
      const inspection = await inspect(dependencies, cluster, role, input, step);
      done += 1;
      step.heartbeat(`inspected ${done} of ${input.clusters.length} clusters`);
      return inspection;
    });
    const tool = input.clusters.some(({ role }) => role === 'primary')
      ? await inspectTool(dependencies, input)
      : [];
    return inspections.map((inspection) =>
      inspection.cluster === input.primary
        ? { ...inspection, findings: [...inspection.findings, ...tool] }
        : inspection,
    );
  });
}

/**
 * Inspects one cluster.
 *
 * @throws RolloutError `api-unavailable` when it does not answer and the input says that it must
 */
export async function inspect(
  { clusters, installers }: ActivityDependencies,
  cluster: string,
  role: 'primary' | 'remote',
  input: InspectInput,
  { signal, log }: Pick<StepContext, 'signal' | 'log'>,
): Promise<ClusterInspection> {
  const giveUp = Date.now() + PATIENCE_MS;
  for (;;) {
    let where = `cluster ${cluster} in the inventory`;
    try {
      const entry = await clusters.entry(cluster);
      const client = await clusters.get(cluster);
      where = client.server;
      const options = { signal, timeoutMs: REQUEST_TIMEOUT_MS };
      const inspection = { ...input, ...askingPrimary(clusters, input, signal) };
      return await inspectCluster(client, entry, role, installers.of(input), inspection, options);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof RolloutError)) {
        log.error('a check has failed unexpectedly', { cluster, stack: stackOf(error) });
        const what = `${cluster}: ${redact(error instanceof Error ? error.message : String(error))}`;
        return uninspected(cluster, false, finding('check-failed', 'block', { cluster, what, where }));
      }
      const unreachable = error.code === 'api-unavailable';
      if (!unreachable) return uninspected(cluster, false, whyNot(error, cluster, where));
      if (Date.now() + PAUSE_MS > giveUp) {
        if (input.mustReach) throw error;
        return uninspected(cluster, true, whyNot(error, cluster, where));
      }
    }
    await pause(PAUSE_MS, signal);
  }
}

/** What the checks of a remote ask of the primary, which may have no control plane yet, or not answer. */
function askingPrimary(
  clusters: Clusters,
  { primary, istioNamespace }: InspectInput,
  signal: AbortSignal,
): Pick<Inspection, 'meshRoot' | 'otherRegistrations'> {
  const ask = async <T>(question: (client: ClusterClient) => Promise<T>): Promise<T | undefined> => {
    try {
      return await question(await clusters.get(primary));
    } catch (error) {
      if (error instanceof RolloutError) return undefined;
      throw error;
    }
  };
  return {
    meshRoot: () => ask((client) => readMeshRoot(client, istioNamespace, signal)),
    otherRegistrations: async (cluster, server) => {
      const find = (client: ClusterClient) =>
        findOtherRegistrations(client, istioNamespace, cluster, server, undefined, signal);
      return (await ask(find)) ?? [];
    },
  };
}

function stackOf(error: unknown): string {
  return redact(error instanceof Error ? (error.stack ?? error.message) : String(error));
}

function uninspected(cluster: string, unreachable: boolean, why: Finding): ClusterInspection {
  return { cluster, podCIDRs: [], serviceCIDRs: [], unreachable, findings: [why] };
}

/** The finding that each way of not getting in becomes; other errors are no property of the cluster. */
const FINDING_OF: Partial<Record<ErrorCode, FindingCode>> = {
  'api-unavailable': 'cluster-unreachable',
  'credentials-refused': 'credentials-rejected',
  'cluster-not-usable': 'kubeconfig-unusable',
  'permission-denied': 'permission-missing',
  // Nothing is sent that an API server could refuse: it is another server, or another path of it.
  'request-rejected': 'kubeconfig-unusable',
};

function whyNot(error: RolloutError, cluster: string, where: string): Finding {
  const code = FINDING_OF[error.code] ?? 'check-failed';
  // What the error itself knows to do is closer to the case than what the catalogue says.
  const own = error.action === ERRORS[error.code].action ? {} : { action: error.action };
  return finding(code, 'block', { cluster, what: `${cluster}: ${error.message}`, where, ...own });
}

/** Once for the worker; it stands with the primary, so that it holds the rollout. */
async function inspectTool({ installers }: ActivityDependencies, input: InspectInput): Promise<Finding[]> {
  const { primary: cluster, release, installer } = input;
  try {
    await installers.of(input).toolVersion(release);
    return [];
  } catch (error) {
    if (!(error instanceof RolloutError)) throw error;
    const where = `${installer} of the worker`;
    return [finding('tool-release-mismatch', 'block', { cluster, what: error.message, where })];
  }
}
