import type { ClusterReport } from '../src/rollout/progress.js';
import type { RemoteInput } from '../src/rollout/resolved.js';
import { REMOTE_STEPS } from '../src/rollout/steps.js';
import { activities } from './activities.js';
import { runCluster } from './cluster-run.js';

/**
 * Attaches one remote cluster to the primary's control plane, and proves that injection works there.
 * The order matters: istiod looks at the annotation of the namespace when the remote is registered, and the injector
 * webhook refuses Pods until istiod has given it its CA, so it comes after the registration.
 */
export async function remote(input: RemoteInput): Promise<ClusterReport> {
  const target = { cluster: input.cluster, role: 'remote', steps: REMOTE_STEPS } as const;
  return await runCluster(input, target, async (run) => {
    await run.step('prepare-namespace', activities.prepareNamespace, input);
    await run.step('install-remote', activities.installRemote, input);
    await run.step('register-remote', activities.registerRemote, input);
    await run.step('activate-injection', activities.activateInjection, input);
    const attached = await run.step('verify-remote', activities.verifyRemote, input);
    await run.step('label-namespaces', activities.labelNamespaces, input);
    const injection = await run.step('verify-injection', activities.verifyInjection, input);

    const { synced, webhookCA, endpoints } = attached;
    const { injected, unproven, podsWithoutSidecar } = injection;
    await run.apply({
      type: 'proved',
      proof: { synced, webhookCA, endpoints, injected, unproven },
      podsWithoutSidecar,
    });
  });
}
