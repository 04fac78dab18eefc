import { applyManifest, applyManifests } from '../src/istio/apply-manifests.js';
import { controlPlaneService } from '../src/istio/endpoints.js';
import { preparePrimaryNamespace } from '../src/istio/istio-namespace.js';
import type { Manifest } from '../src/istio/manifests.js';
import { primaryManifests } from '../src/istio/primary-manifests.js';
import { findSuperfluous, prune } from '../src/istio/prune.js';
import { readMeshRoot } from '../src/istio/root-certificate.js';
import type { ClusterClient } from '../src/kubernetes/cluster-client.js';
import { readDeploymentReadiness } from '../src/kubernetes/deployment-readiness.js';
import type { Activities } from '../src/rollout/activities.js';
import type { PrimaryInput } from '../src/rollout/resolved.js';
import { RolloutError } from '../src/rollout/rollout-error.js';
import { defineStep, type StepContext } from './activity.js';
import { applyInjectors } from './apply-injectors.js';
import type { ActivityDependencies } from './dependencies.js';
import { summarise } from './summarise.js';
import { waitUntil } from './wait-until.js';

/**
 * The activity `deployPrimary`: the namespace, base and istiod, the Deployment available, then the webhooks that inject,
 * with istiod's CA in them, then gateways of the profile, whose Pods are injected. Gateways are not waited for.
 */
export function deployPrimary({ clusters, istioctl }: ActivityDependencies): Activities['deployPrimary'] {
  return defineStep(async (input: PrimaryInput, step) => {
    const { signal } = step;
    const primary = await clusters.get(input.primary);
    const namespaceChanged = await preparePrimaryNamespace(primary, input, signal);

    step.heartbeat('renders the manifests of the primary');
    const manifests = await primaryManifests(istioctl.renderer, primary, input, signal);
    const { installation, controlPlane, injection, gateways } = manifests;

    step.heartbeat(`applies ${controlPlane.length} objects`);
    const base = await applyManifests(primary, controlPlane, signal);
    await waitUntil(step, () => checkDeployment(primary, input, signal));

    step.heartbeat('applies the webhooks');
    const webhooksChanged = await applyInjection(primary, input, injection, step);

    const ingress = await applyManifests(primary, gateways, signal);
    const all = [...controlPlane, ...injection, ...gateways];
    const superfluous = await findSuperfluous(primary, all, installation, signal);
    const pruned = await prune(primary, superfluous, signal);

    const changed =
      Number(namespaceChanged) + base.changed + webhooksChanged + ingress.changed + pruned.length;
    return summarise(all.length + 1, changed, `istiod ${installation.version} is available`, pruned);
  });
}

async function checkDeployment(
  primary: ClusterClient,
  input: PrimaryInput,
  signal: AbortSignal,
): Promise<void> {
  const name = controlPlaneService(input.revision);
  const readiness = await readDeploymentReadiness(primary, input.istioNamespace, name, { signal });
  if (readiness.ready) return;
  throw new RolloutError('control-plane-not-ready', readiness.reason, { cluster: primary.name });
}

/** What belongs to the tag comes before the webhooks that need it; gives how many objects were created or changed. */
async function applyInjection(
  primary: ClusterClient,
  { istioNamespace, revision }: PrimaryInput,
  injection: readonly Manifest[],
  step: StepContext,
): Promise<number> {
  // With `global.operatorManageWebhooks` somebody else brings the webhooks.
  if (injection.length === 0) return 0;
  const { signal } = step;
  const isInjector = ({ kind }: Manifest) => kind === 'MutatingWebhookConfiguration';
  let changed = 0;
  for (const manifest of injection.filter((each) => !isInjector(each))) {
    if (await applyManifest(primary, manifest, signal)) changed++;
  }
  const root = await waitUntil(step, () => readMeshRoot(primary, istioNamespace, signal));
  return changed + (await applyInjectors(primary, injection.filter(isInjector), revision, root, step));
}
