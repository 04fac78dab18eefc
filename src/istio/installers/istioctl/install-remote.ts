import type { ClusterClient } from '../../../kubernetes/client/cluster-client.js';
import type { PlannedRemoteInput } from '../../../rollout/plan/plan.js';
import type { InstallRemoteResult } from '../../../rollout/progress/step-results.js';
import type { RemoteInput } from '../../../rollout/resolve/resolved.js';
import { findPrunable, prune } from '../../apply/prune.js';
import { addressesOf, readyControlPlanePods } from '../../control-plane/control-plane-pods.js';
import { readMeshRoot } from '../../control-plane/root-certificate.js';
import { isInjectorLive, readLive, switchOffForeign } from '../../inject/injector-webhook.js';
import { addressesToBe } from '../../istiod/addresses-to-be.js';
import { pointRemote } from '../../istiod/point-remote.js';
import { nothing, type Site } from '../../steps/site.js';
import { summarise } from '../../steps/summarise.js';
import { waitUntil } from '../../steps/wait-until.js';
import { injectorManifests } from './injectors.js';
import type { Istioctls } from './istioctls.js';
import { type RemoteManifests, remoteManifests } from './remote-manifests.js';
import { requireToolVersion } from './require-tool-version.js';

/**
 * The step `install-remote`: everything of the remote profile but the injector webhook, and all Ready istiod Pods in
 * the EndpointSlice. The Pods are read again: they may have moved since `collect-endpoints`.
 */
export async function installRemote(
  istioctls: Istioctls,
  site: Site,
  input: PlannedRemoteInput,
): Promise<InstallRemoteResult> {
  const { cluster: remote, primary, step } = site;
  const { signal } = step;
  const { renderer } = await requireToolVersion(istioctls, input);
  const addresses = await site.settle(
    async () => addressesOf(await waitUntil(step, () => readyControlPlanePods(primary, input, signal))),
    () => addressesToBe(site, input),
  );

  step.heartbeat('renders the manifests of the remote');
  const [first = ''] = addresses;
  const manifests = await site.attempt(() => remoteManifests(renderer, input, first, signal));
  if (manifests === undefined) return { ...summarise(0, 0, 'nothing is rendered'), injectorWasLive: false };
  const { installation, objects, injector } = manifests;
  const foreign = await site.settle(() => switchOffOthers(remote, primary, input, manifests, site), nothing);

  step.heartbeat(`applies ${objects.length} objects`);
  const applied = await site.apply(objects);
  const endpointsChanged = await pointRemote(site, input, addresses, manifests.endpointSlice);
  const pruned = applied.isFirst
    ? []
    : ((await site.attempt(async () => {
        const prunable = await findPrunable(remote, [...objects, injector], installation, signal);
        return await prune(remote, prunable, signal);
      })) ?? []);

  const changed = applied.changed + endpointsChanged + (foreign?.switchedOff ?? 0) + pruned.length;
  const fact = `Istio ${installation.version} points to ${addresses.join(', ')}`;
  const result = summarise(applied.objects + 1, changed, fact, pruned);
  return { ...result, injectorWasLive: foreign?.wasLive ?? false };
}

/**
 * An injector with another CA, of another mesh or of a control plane that was built again, fails as soon as it is sent to
 * the istiod of this mesh, and with it every Pod of a labelled namespace: it is switched off before that.
 */
async function switchOffOthers(
  remote: ClusterClient,
  primary: ClusterClient,
  { istioNamespace }: RemoteInput,
  { injector, installation }: RemoteManifests,
  { step }: Site,
): Promise<{ wasLive: boolean; switchedOff: number }> {
  const { signal } = step;
  const root = await waitUntil(step, () => readMeshRoot(primary, istioNamespace, signal));
  const rendered = await injectorManifests(remote, injector, installation, signal);
  const injectors = await readLive(remote, rendered, signal);
  const wasLive = isInjectorLive(injectors, root);
  const switchedOff = await switchOffForeign(remote, injectors, root, signal);
  return { wasLive, switchedOff: switchedOff.length };
}
