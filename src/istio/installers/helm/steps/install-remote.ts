import type { PlannedRemoteInput } from '../../../../rollout/plan/plan.js';
import type { InstallRemoteResult } from '../../../../rollout/progress/step-results.js';
import { addressesOf, readyControlPlanePods } from '../../../control-plane/control-plane-pods.js';
import { readMeshRoot } from '../../../control-plane/root-certificate.js';
import { isInjectorLive, readLive } from '../../../inject/injector-webhook.js';
import { addressesToBe } from '../../../istiod/addresses-to-be.js';
import { pointRemote } from '../../../istiod/point-remote.js';
import type { Site } from '../../../steps/site.js';
import { summarise } from '../../../steps/summarise.js';
import { waitUntil } from '../../../steps/wait-until.js';
import { keepSlice, writeControlPlaneService } from '../control-plane-service.js';
import { injectorsOf, phaseBeforeActivation, removeInjectors } from '../injector.js';
import type { HelmTools } from '../tool/helm-tools.js';
import { rootSoFar } from './mesh-root.js';
import { releaseOptions } from './release-options.js';
import { writeRelease } from './write-release.js';

/**
 * The step `install-remote`: the charts base and istiod without the injector webhook, and all Ready istiod Pods in an
 * EndpointSlice that no upgrade resets. An injector that is on, with the CA of the mesh, stays; any other one goes before
 * the remote is pointed at this mesh, because it would refuse Pods from then on.
 */
export async function installRemote(
  tools: HelmTools,
  site: Site,
  input: PlannedRemoteInput,
): Promise<InstallRemoteResult> {
  const { cluster: remote, primary, step } = site;
  const { signal } = step;
  const { helm, renderer, version } = await tools.require(input, signal);
  const addresses = await site.settle(
    async () => addressesOf(await waitUntil(step, () => readyControlPlanePods(primary, input, signal))),
    () => addressesToBe(site, input),
  );
  const root = await site.settle(
    () => waitUntil(step, () => readMeshRoot(primary, input.istioNamespace, signal)),
    () => rootSoFar(primary, input.istioNamespace, signal),
  );

  step.heartbeat('renders the charts of the remote');
  const complete = await site.attempt(() => renderer.remote(input, { injector: 'present', root }, signal));
  if (complete === undefined) return { ...summarise(0, 0, 'nothing is rendered'), injectorWasLive: false };
  const injectors = injectorsOf(complete.istiod);
  const wasLive = isInjectorLive(await readLive(remote, injectors, signal), root);
  const { base, istiod } = await renderer.remote(input, phaseBeforeActivation(wasLive, root), signal);
  const removed = wasLive ? 0 : await removeInjectors(remote, injectors, signal);

  const service = await site.attempt(() => writeControlPlaneService(remote, input, signal));
  const endpoints = await pointRemote(site, input, addresses);
  const kept = await site.attempt(() => keepSlice(remote, input, signal));
  const options = releaseOptions(input, step);
  const first = await writeRelease(site, helm, base, options);
  const second = await writeRelease(site, helm, istiod, options);

  const own = Number(service ?? false) + endpoints + Number(kept ?? false) + removed;
  const changed = own + first.changed + second.changed;
  const fact = `Istio ${version} points to ${addresses.join(', ')}`;
  return { ...summarise(first.objects + second.objects + 2, changed, fact), injectorWasLive: wasLive };
}
