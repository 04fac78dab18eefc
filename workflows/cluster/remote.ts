import type { ClusterReport } from '../../src/rollout/progress/progress.js';
import type { RemoteInput } from '../../src/rollout/resolve/resolved.js';
import { REMOTE_STEPS } from '../../src/rollout/steps.js';
import { activities } from '../activities.js';
import { runCluster } from './cluster-run.js';

/**
 * Attaches one remote cluster to the primary's control plane, and proves that injection works there.
 * The order matters: istiod looks at the annotation of the namespace when the remote is registered; the injector webhook
 * refuses Pods until istiod has written its CA into it, so it is switched on after the registration, and only when dry-run
 * Pods have shown that it works; a namespace is labelled only when a Pod was injected there.
 */
export async function remote(input: RemoteInput): Promise<ClusterReport> {
  const { cluster, accept } = input;
  const target = { cluster, role: 'remote', steps: REMOTE_STEPS, accept } as const;
  return await runCluster(input, target, async (run) => {
    await run.step('prepare-namespace', activities.prepareNamespace, input);
    const { injectorWasLive } = await run.step('install-remote', activities.installRemote, input);
    await run.step('register-remote', activities.registerRemote, input);
    const injection = { ...input, wasLive: injectorWasLive };
    await run.step('activate-injection', activities.activateInjection, injection);
    const attached = await run.step('verify-remote', activities.verifyRemote, input);
    await run.step('label-namespaces', activities.labelNamespaces, injection);
    const verified = await run.step('verify-injection', activities.verifyInjection, injection);

    const { endpoints } = attached;
    const { podsWithoutSidecar } = verified;
    const proofs = [...attached.proofs, ...verified.proofs];
    await run.apply({ type: 'proved', proofs, endpoints, podsWithoutSidecar });
  });
}
