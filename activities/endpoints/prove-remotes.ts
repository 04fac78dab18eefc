import { concurrently } from '../../src/base/concurrency/concurrently.js';
import type { Activities, ClusterFailure, ProveRemotesInput } from '../../src/rollout/activities.js';
import { defineActivity, type StepContext } from '../activity.js';
import { clusterFailure } from '../cluster-failure.js';
import type { ActivityDependencies } from '../dependencies.js';
import { keepTrying } from '../keep-trying.js';
import { proveInjection } from '../steps/verify-injection.js';
import { proveAttachment } from '../steps/verify-remote.js';

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
  dependencies: ActivityDependencies,
  { primary, istioNamespace, revision }: ProveRemotesInput,
  remote: ProveRemotesInput['remotes'][number],
  step: StepContext,
): Promise<void> {
  // Namespaces in which nothing could be proven were accepted as such when they were labelled.
  const input = { primary, istioNamespace, revision, ...remote, accept: ['injection-unproven'] };
  await proveAttachment(dependencies, input, step);
  await proveInjection(dependencies, input, step);
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
