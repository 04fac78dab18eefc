import type { KubernetesObject } from '../../../kubernetes/client/objects.js';
import { readDeploymentReadiness } from '../../../kubernetes/facts/deployment-readiness.js';
import type { StepResult } from '../../../rollout/progress/step-results.js';
import type { PrimaryInput } from '../../../rollout/resolve/resolved.js';
import { RolloutError } from '../../../rollout/rollout-error.js';
import { ownerAnnotations, readUsable } from '../../control-plane/istio-namespace.js';
import { writeIstioNamespace } from '../../release-1.4/istio-namespace.js';
import { nothing, type Site } from '../../steps/site.js';
import { summarise } from '../../steps/summarise.js';
import { waitUntil } from '../../steps/wait-until.js';
import { additionsOf } from './additions.js';
import { applyOnSite } from './apply-differences.js';
import { primaryCommand } from './command-lines.js';
import { noteAdditions } from './plan-differences.js';
import type { ToolBox } from './tools.js';

/**
 * The step `deploy-primary`: the namespace, `istioctl manifest apply` where something differs, then all Deployments of the
 * control plane are available: istioctl ends before any Pod runs. Gateways are not waited for.
 */
export async function deployPrimary(box: ToolBox, site: Site, input: PrimaryInput): Promise<StepResult> {
  const { cluster: primary, step } = site;
  const { signal } = step;
  const { istioNamespace, profile, values } = input;
  const { tool, renderings } = await box.of(input);
  const isNamespaceChanged = await site.attempt(async () => {
    const live = await readUsable(primary, istioNamespace, signal);
    const annotations = ownerAnnotations(primary, live, input);
    return await writeIstioNamespace(primary, istioNamespace, live, annotations, signal);
  });

  step.heartbeat('renders the manifests of the primary');
  const settings = { profile, istioNamespace, values };
  const manifests = await site.attempt(() => renderings.ofPrimary(settings, signal));
  if (manifests === undefined) return summarise(0, 0, 'nothing can be rendered');
  const line = primaryCommand(settings);
  noteAdditions(site, additionsOf(line.settings));
  const differences = await applyOnSite(tool, line, site, manifests);
  await site.settle(() => waitForDeployments(site, manifests), nothing);

  const changed = differences.length + Number(isNamespaceChanged ?? false);
  return summarise(manifests.length + 1, changed, `the control plane ${await tool.version()} is ready`);
}

async function waitForDeployments(
  { cluster: primary, step }: Site,
  manifests: readonly KubernetesObject[],
): Promise<undefined> {
  const deployments = manifests.filter(
    ({ kind, metadata: { name } }) => kind === 'Deployment' && !/^istio-\w+gateway$/.test(name),
  );
  for (const { metadata } of deployments) {
    const { namespace = '', name } = metadata;
    step.heartbeat(`waits for Deployment ${name}`);
    await waitUntil(step, async () => {
      const readiness = await readDeploymentReadiness(primary, namespace, name, { signal: step.signal });
      if (readiness.ready) return;
      throw new RolloutError('control-plane-not-ready', readiness.reason, {
        cluster: primary.name,
        action: `Nothing: it is waited for. Look at the Pods of ${name} in the primary if it lasts.`,
      });
    });
  }
  return undefined;
}
