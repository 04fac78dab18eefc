import { isDeepStrictEqual } from 'node:util';
import {
  controlPlaneVersion,
  describeReplacement,
  isControlPlaneDeployment,
  makesBeforeBreaking,
  readControlPlaneDeployment,
  withReplacement,
} from '../../src/istio/control-plane/control-plane-deployment.js';
import { preparePrimaryNamespace } from '../../src/istio/control-plane/istio-namespace.js';
import { primaryManifests } from '../../src/istio/render/primary-manifests.js';
import type { ClusterClient } from '../../src/kubernetes/client/cluster-client.js';
import { DryRunClient } from '../../src/kubernetes/client/dry-run-client.js';
import type { Deployment } from '../../src/kubernetes/facts/deployment-readiness.js';
import type { Activities } from '../../src/rollout/activities.js';
import type { PrimaryInput } from '../../src/rollout/resolve/resolved.js';
import { defineActivity } from '../activity.js';
import type { ActivityDependencies } from '../dependencies.js';
import { requireToolVersion } from '../require-tool-version.js';
import { DryRun } from './dry-run.js';

/** The activity `planPrimary`: the parts of `deployPrimary`, without what waits for istiod. */
export function planPrimary({ clusters, istioctl }: ActivityDependencies): Activities['planPrimary'] {
  return defineActivity(
    async (input: PrimaryInput, step) => {
      const { signal } = step;
      await requireToolVersion(istioctl, input);
      const primary = await clusters.get(input.primary);
      const dryRun = new DryRun(new DryRunClient(primary));
      await dryRun.attempt(() => preparePrimaryNamespace(dryRun.client, input, signal));

      step.heartbeat('renders the manifests of the primary');
      const manifests = await dryRun.attempt(() =>
        primaryManifests(istioctl.renderer, dryRun.client, input, signal),
      );
      if (manifests !== undefined) {
        const { controlPlane, injection, gateways, installation } = manifests;
        const all = [...controlPlane, ...injection, ...gateways];
        step.heartbeat(`tries ${all.length} objects`);
        const live = await readControlPlaneDeployment(primary, input, signal);
        const planned = all.map((manifest) =>
          isControlPlaneDeployment(manifest, input) ? withReplacement(manifest, live, 'standing') : manifest,
        );
        await dryRun.apply(planned, step);
        await dryRun.prune(all, installation, step);
        await noteReplacement(dryRun, input, live, signal);
      }
      return { ...dryRun.plan(), controlPlaneMoves: await moves(primary, dryRun.client, input, signal) };
    },
    ({ primary }) => primary,
  );
}

/** Whether istiod would get new Pods: its Deployment is new, or would have another template. */
async function moves(
  primary: ClusterClient,
  planned: DryRunClient,
  input: PrimaryInput,
  signal: AbortSignal,
): Promise<boolean> {
  const [before, after] = await Promise.all(
    [primary, planned].map((client) => readControlPlaneDeployment(client, input, signal)),
  );
  return before === undefined || !isDeepStrictEqual(before.spec.template, after?.spec.template);
}

/** Says what becomes of the istiod that runs: its version, and how its Pods are replaced. */
async function noteReplacement(
  dryRun: DryRun,
  input: PrimaryInput,
  live: Deployment | undefined,
  signal: AbortSignal,
): Promise<void> {
  const planned = await readControlPlaneDeployment(dryRun.client, input, signal);
  if (live === undefined || planned === undefined) return;
  const [before, after] = [controlPlaneVersion(live), controlPlaneVersion(planned)];
  if (before !== after) dryRun.note(`istiod changes from version ${before} to ${after}`);
  if (isDeepStrictEqual(live.spec.template, planned.spec.template)) return;
  dryRun.note(
    makesBeforeBreaking(planned)
      ? `new Pods of istiod are Ready, and attached remotes point at them, before the old ones go (${describeReplacement(planned)})`
      : `attached remotes refuse Pods with sidecars for some seconds while istiod is replaced (${describeReplacement(planned)})`,
  );
}
