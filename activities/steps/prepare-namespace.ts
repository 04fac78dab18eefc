import { prepareRemoteNamespace } from '../../src/istio/control-plane/istio-namespace.js';
import type { Activities } from '../../src/rollout/activities.js';
import type { RemoteInput } from '../../src/rollout/resolve/resolved.js';
import { defineStep } from '../activity.js';
import { refuseTaken } from '../checks/refuse-taken.js';
import type { ActivityDependencies } from '../dependencies.js';
import { summarise } from '../summarise.js';

/**
 * The activity `prepareNamespace`: the istio namespace of the remote, with its network and the annotation that lets the
 * primary's istiod lead there.
 */
export function prepareNamespace({ clusters }: ActivityDependencies): Activities['prepareNamespace'] {
  return defineStep(async (input: RemoteInput, { signal }) => {
    const remote = await clusters.get(input.cluster);
    await refuseTaken(remote, input, signal);
    const move = input.accept.includes('attached-elsewhere');
    const changed = await prepareRemoteNamespace(remote, input, move, signal);
    return summarise(
      1,
      Number(changed),
      `namespace ${input.istioNamespace} names ${input.primary} as its control plane`,
    );
  });
}
