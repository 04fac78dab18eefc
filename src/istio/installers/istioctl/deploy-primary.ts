import type { ClusterClient } from '../../../kubernetes/client/cluster-client.js';
import type { StepResult } from '../../../rollout/progress/step-results.js';
import type { PrimaryInput } from '../../../rollout/resolve/resolved.js';
import { applyManifest } from '../../apply/apply-manifests.js';
import type { Manifest } from '../../apply/manifests.js';
import { findPrunable, prune } from '../../apply/prune.js';
import { isControlPlaneDeployment } from '../../control-plane/control-plane-deployment.js';
import { preparePrimaryNamespace } from '../../control-plane/istio-namespace.js';
import { readMeshRoot } from '../../control-plane/root-certificate.js';
import { isInjectorLive, readLive } from '../../inject/injector-webhook.js';
import { injectorProofs } from '../../istiod/injection/injector-proofs.js';
import { planInjectors, switchOnInjectors } from '../../istiod/injection/switch-on-injectors.js';
import { replaceControlPlane } from '../../istiod/replacement/replace-control-plane.js';
import type { Site } from '../../steps/site.js';
import type { StepContext } from '../../steps/step-context.js';
import { summarise } from '../../steps/summarise.js';
import { waitUntil } from '../../steps/wait-until.js';
import type { Istioctls } from './istioctls.js';
import { primaryManifests } from './primary-manifests.js';
import { requireToolVersion } from './require-tool-version.js';

/**
 * The step `deploy-primary`: the namespace, base and istiod, then the webhooks that inject, with istiod's CA in them,
 * then gateways of the profile, whose Pods are injected. Gateways are not waited for.
 */
export async function deployPrimary(
  istioctls: Istioctls,
  site: Site,
  input: PrimaryInput,
): Promise<StepResult> {
  const { cluster: primary, step } = site;
  const { signal } = step;
  const { renderer } = await requireToolVersion(istioctls, input);
  const namespaceChanged = await site.attempt(() => preparePrimaryNamespace(primary, input, signal));

  step.heartbeat('renders the manifests of the primary');
  const manifests = await site.attempt(() => primaryManifests(renderer, primary, input, signal));
  if (manifests === undefined) return summarise(0, 0, 'nothing can be rendered');
  const { installation, controlPlane, injection, gateways } = manifests;

  step.heartbeat(`applies ${controlPlane.length} objects`);
  const isDeployment = (manifest: Manifest) => isControlPlaneDeployment(manifest, input);
  const base = await site.apply(controlPlane.filter((manifest) => !isDeployment(manifest)));
  let changed = Number(namespaceChanged ?? false) + base.changed;
  for (const deployment of controlPlane.filter(isDeployment)) {
    changed += await replaceControlPlane(site, input, deployment);
  }

  step.heartbeat('applies the webhooks');
  changed += await site.settle(
    () => applyInjection(primary, input, injection, step),
    () => planInjectors(site, injection),
  );

  const ingress = await site.apply(gateways);
  const all = [...controlPlane, ...injection, ...gateways];
  const pruned =
    (await site.attempt(async () => {
      const prunable = await findPrunable(primary, all, installation, signal);
      return await prune(primary, prunable, signal);
    })) ?? [];

  changed += ingress.changed + pruned.length;
  return summarise(all.length + 1, changed, `istiod ${installation.version} is ready`, pruned);
}

/** What belongs to the tag comes before the webhooks that need it; returns how many objects were created or changed. */
async function applyInjection(
  primary: ClusterClient,
  input: PrimaryInput,
  injection: readonly Manifest[],
  step: StepContext,
): Promise<number> {
  // With `global.operatorManageWebhooks` somebody else brings the webhooks.
  if (injection.length === 0) return 0;
  const { signal } = step;
  const { istioNamespace, revision, accept } = input;
  const isInjector = ({ kind }: Manifest) => kind === 'MutatingWebhookConfiguration';
  let changed = 0;
  for (const manifest of injection.filter((each) => !isInjector(each))) {
    if (await applyManifest(primary, manifest, signal)) changed++;
  }
  const injectors = injection.filter(isInjector);
  const root = await waitUntil(step, () => readMeshRoot(primary, istioNamespace, signal));
  const wasLive = isInjectorLive(await readLive(primary, injectors, signal), root);
  const scope = { istioNamespace, revision, accept, wasLive, namespaces: [] };
  const proofs = await injectorProofs(primary, scope, step);
  return changed + (await switchOnInjectors(primary, injectors, { revision, root, wasLive }, proofs, step));
}
