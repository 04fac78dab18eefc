import { applyManifests } from '../../src/istio/apply/apply-manifests.js';
import { findPrunable, prune } from '../../src/istio/apply/prune.js';
import { addressesOf, readyControlPlanePods } from '../../src/istio/control-plane/control-plane-pods.js';
import { readMeshRoot } from '../../src/istio/control-plane/root-certificate.js';
import { writeEndpoints } from '../../src/istio/endpoints/endpoints.js';
import {
  injectorManifests,
  isInjectorLive,
  readLive,
  switchOffForeign,
} from '../../src/istio/inject/injector-webhook.js';
import { remoteManifests } from '../../src/istio/render/remote-manifests.js';
import type { Activities } from '../../src/rollout/activities.js';
import type { RemoteInput } from '../../src/rollout/resolve/resolved.js';
import { defineStep } from '../activity.js';
import type { ActivityDependencies } from '../dependencies.js';
import { requireToolVersion } from '../require-tool-version.js';
import { summarise } from '../summarise.js';
import { waitUntil } from '../wait-until.js';

/**
 * The activity `installRemote`: everything of the remote profile but the injector webhook, and all Ready istiod Pods in
 * the EndpointSlice. The Pods are read anew: since `collectEndpoints` they may have moved.
 */
export function installRemote({ clusters, istioctl }: ActivityDependencies): Activities['installRemote'] {
  return defineStep(async (input: RemoteInput, step) => {
    const { signal } = step;
    await requireToolVersion(istioctl, input);
    const [remote, primary] = await Promise.all([clusters.get(input.cluster), clusters.get(input.primary)]);
    const pods = await waitUntil(step, () => readyControlPlanePods(primary, input, signal));
    const addresses = addressesOf(pods);

    step.heartbeat('renders the manifests of the remote');
    const first = pods[0]?.address ?? '';
    const manifests = await remoteManifests(istioctl.renderer, input, first, signal);
    const { installation, objects, endpointSlice, injector } = manifests;

    // An injector with another CA, of another mesh or of a control plane that was built anew, fails as soon as it is sent to
    // the istiod of this mesh, and with it every Pod of a labelled namespace: it is switched off before that.
    const root = await waitUntil(step, () => readMeshRoot(primary, input.istioNamespace, signal));
    const rendered = await injectorManifests(remote, injector, installation, signal);
    const injectors = await readLive(remote, rendered, signal);
    const injectorWasLive = isInjectorLive(injectors, root);
    const switchedOff = await switchOffForeign(remote, injectors, root, signal);

    step.heartbeat(`applies ${objects.length} objects`);
    const applied = await applyManifests(remote, objects, signal);
    const endpointsChanged = await writeEndpoints(remote, input, addresses, signal, endpointSlice);
    const superfluous = applied.isFirst
      ? []
      : await findPrunable(remote, [...objects, injector], installation, signal);
    const pruned = await prune(remote, superfluous, signal);

    const changed = applied.changed + endpointsChanged + switchedOff.length + pruned.length;
    const fact = `Istio ${installation.version} points to ${addresses.join(', ')}`;
    return { ...summarise(applied.objects + 1, changed, fact, pruned), injectorWasLive };
  });
}
