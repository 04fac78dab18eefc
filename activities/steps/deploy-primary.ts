import { applyManifest, applyManifests } from '../../src/istio/apply/apply-manifests.js';
import { findPrunable, prune } from '../../src/istio/apply/prune.js';
import { isControlPlaneDeployment } from '../../src/istio/control-plane/control-plane-deployment.js';
import { preparePrimaryNamespace } from '../../src/istio/control-plane/istio-namespace.js';
import { readMeshRoot } from '../../src/istio/control-plane/root-certificate.js';
import { isInjectorLive, readLive } from '../../src/istio/inject/injector-webhook.js';
import type { Manifest } from '../../src/istio/render/manifests.js';
import { primaryManifests } from '../../src/istio/render/primary-manifests.js';
import type { ClusterClient } from '../../src/kubernetes/client/cluster-client.js';
import type { Activities } from '../../src/rollout/activities.js';
import type { PrimaryInput } from '../../src/rollout/resolve/resolved.js';
import { defineStep, type StepContext } from '../activity.js';
import type { ActivityDependencies } from '../dependencies.js';
import { requireToolVersion } from '../require-tool-version.js';
import { summarise } from '../summarise.js';
import { waitUntil } from '../wait-until.js';
import { injectorProofs } from './injector-proofs.js';
import { replaceControlPlane } from './replace-control-plane.js';
import { switchOnInjectors } from './switch-on-injectors.js';

/**
 * The activity `deployPrimary`: the namespace, base and istiod, then the webhooks that inject, with istiod's CA in them,
 * then gateways of the profile, whose Pods are injected. Gateways are not waited for.
 */
export function deployPrimary(dependencies: ActivityDependencies): Activities['deployPrimary'] {
  const { clusters, istioctl } = dependencies;
  return defineStep(async (input: PrimaryInput, step) => {
    const { signal } = step;
    await requireToolVersion(istioctl, input);
    const primary = await clusters.get(input.primary);
    const namespaceChanged = await preparePrimaryNamespace(primary, input, signal);

    step.heartbeat('renders the manifests of the primary');
    const manifests = await primaryManifests(istioctl.renderer, primary, input, signal);
    const { installation, controlPlane, injection, gateways } = manifests;

    step.heartbeat(`applies ${controlPlane.length} objects`);
    const isDeployment = (manifest: Manifest) => isControlPlaneDeployment(manifest, input);
    const base = await applyManifests(
      primary,
      controlPlane.filter((manifest) => !isDeployment(manifest)),
      signal,
    );
    let changed = Number(namespaceChanged) + base.changed;
    for (const deployment of controlPlane.filter(isDeployment)) {
      changed += await replaceControlPlane(dependencies, input, deployment, step);
    }

    step.heartbeat('applies the webhooks');
    changed += await applyInjection(primary, input, injection, step);

    const ingress = await applyManifests(primary, gateways, signal);
    const all = [...controlPlane, ...injection, ...gateways];
    const superfluous = await findPrunable(primary, all, installation, signal);
    const pruned = await prune(primary, superfluous, signal);

    changed += ingress.changed + pruned.length;
    return summarise(all.length + 1, changed, `istiod ${installation.version} is ready`, pruned);
  });
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
