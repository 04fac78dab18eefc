import { labelNamespaces as label } from '../src/istio/injection-labels.js';
import { checkInjectorCA } from '../src/istio/injector-webhook.js';
import { readMeshRoot } from '../src/istio/root-certificate.js';
import type { Activities } from '../src/rollout/activities.js';
import type { RemoteInput } from '../src/rollout/resolved.js';
import { defineStep } from './activity.js';
import type { ActivityDependencies } from './dependencies.js';
import { summarise } from './summarise.js';
import { waitUntil } from './wait-until.js';

/**
 * The activity `labelNamespaces`. The webhook's CA is looked at again: in a labelled namespace no Pod can be created
 * while the webhook fails.
 */
export function labelNamespaces({ clusters }: ActivityDependencies): Activities['labelNamespaces'] {
  return defineStep(async (input: RemoteInput, step) => {
    const { signal } = step;
    const { cluster, istioNamespace, revision, namespaces } = input;
    if (namespaces.length === 0) return summarise(0, 0, 'no namespace is to be labelled');
    const [remote, primary] = await Promise.all([clusters.get(cluster), clusters.get(input.primary)]);
    const root = await waitUntil(step, () => readMeshRoot(primary, istioNamespace, signal));
    const injectors = await waitUntil(step, () => checkInjectorCA(remote, revision, root, signal));
    const changed = await label(remote, namespaces, injectors, signal);
    return summarise(
      namespaces.length,
      changed,
      `sidecars asked for in ${namespaces.length === 1 ? '1 namespace' : `${namespaces.length} namespaces`}`,
    );
  });
}
