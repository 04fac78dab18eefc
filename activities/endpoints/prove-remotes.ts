import { concurrently } from '../../src/base/concurrency/concurrently.js';
import { clusterFailure } from '../../src/istio/steps/cluster-failure.js';
import { keepTrying } from '../../src/istio/steps/keep-trying.js';
import { liveSite } from '../../src/istio/steps/live-site.js';
import type { StepContext } from '../../src/istio/steps/step-context.js';
import type { Activities, ClusterFailure, ProveRemotesInput } from '../../src/rollout/activities.js';
import { defineActivity } from '../activity.js';
import type { ActivityDependencies } from '../dependencies.js';

const CONCURRENCY = 5;

/** The activity `proveRemotes`: the proofs of the steps `verify-remote` and `verify-injection`, for several remotes. */
export function proveRemotes(dependencies: ActivityDependencies): Activities['proveRemotes'] {
  return defineActivity(async (input, step) => {
    const giveUpAt = Math.min(Date.now() + input.patienceMs, step.deadline);
    const failed = await concurrently(input.remotes, CONCURRENCY, async (remote) => {
      const { cluster } = remote;
      step.heartbeat(`proves ${cluster}`);
      return await failureOf(cluster, step, () =>
        keepTrying(giveUpAt, step.signal, () => prove(dependencies, input, remote, step)),
      );
    });
    return { failed: failed.filter((failure) => failure !== undefined) };
  });
}

async function prove(
  { clusters, installers }: ActivityDependencies,
  input: ProveRemotesInput,
  { cluster, namespaces }: ProveRemotesInput['remotes'][number],
  step: StepContext,
): Promise<void> {
  const { primary, istioNamespace, revision } = input;
  const site = await liveSite(clusters, { cluster, primary }, step);
  // Namespaces in which nothing could be proven were accepted as such when they were labelled.
  const accept = ['injection-unproven'];
  await installers.of(input).prove(site, { cluster, primary, istioNamespace, revision, namespaces, accept });
}

async function failureOf(
  cluster: string,
  { signal }: StepContext,
  work: () => Promise<void>,
): Promise<ClusterFailure | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    return clusterFailure(error, cluster);
  }
}
