import { isDeepStrictEqual } from 'node:util';
import { controlPlaneService } from '../src/istio/endpoints.js';
import { preparePrimaryNamespace } from '../src/istio/istio-namespace.js';
import { primaryManifests } from '../src/istio/primary-manifests.js';
import type { ClusterClient } from '../src/kubernetes/cluster-client.js';
import { DryRunClient } from '../src/kubernetes/dry-run-client.js';
import { objectPath } from '../src/kubernetes/kinds.js';
import type { KubernetesObject } from '../src/kubernetes/objects.js';
import type { Activities } from '../src/rollout/activities.js';
import type { PrimaryInput } from '../src/rollout/resolved.js';
import { defineActivity } from './activity.js';
import type { ActivityDependencies } from './dependencies.js';
import { DryRun } from './dry-run.js';

/** The activity `planPrimary`: the parts of `deployPrimary`, without what waits for istiod. */
export function planPrimary({ clusters, istioctl }: ActivityDependencies): Activities['planPrimary'] {
  return defineActivity(
    async (input: PrimaryInput, step) => {
      const { signal } = step;
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
        await dryRun.apply(all, step);
        await dryRun.prune(all, installation, step);
      }
      return { ...dryRun.plan(), controlPlaneMoves: await moves(primary, dryRun.client, input, signal) };
    },
    ({ primary }) => primary,
  );
}

type Deployment = KubernetesObject & { readonly spec: { readonly template: object } };

/** Whether istiod would get new Pods: its Deployment is new, or would have another template. */
async function moves(
  primary: ClusterClient,
  planned: DryRunClient,
  { istioNamespace: namespace, revision }: PrimaryInput,
  signal: AbortSignal,
): Promise<boolean> {
  const name = controlPlaneService(revision);
  const path = objectPath({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name });
  const [before, after] = await Promise.all(
    [primary, planned].map((client) => client.get<Deployment>(path, { signal })),
  );
  return before === undefined || !isDeepStrictEqual(before.spec.template, after?.spec.template);
}
