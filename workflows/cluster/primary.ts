import type { ClusterReport } from '../../src/rollout/progress/progress.js';
import type { PrimaryInput } from '../../src/rollout/resolve/resolved.js';
import { PRIMARY_STEPS } from '../../src/rollout/steps.js';
import { activities } from '../activities.js';
import { runCluster } from './cluster-run.js';

/** Deploys the control plane on the primary, and collects the Pod addresses under which remotes reach it. */
export async function primary(input: PrimaryInput): Promise<ClusterReport> {
  const { primary: cluster, istioNamespace, revision, release, installer, accept } = input;
  const target = { cluster, role: 'primary', steps: PRIMARY_STEPS, accept } as const;
  return await runCluster(input, target, async (run) => {
    await run.step('deploy-primary', activities.deployPrimary, input);
    await run.step('collect-endpoints', activities.collectEndpoints, {
      primary: cluster,
      istioNamespace,
      revision,
      release,
      installer,
    });
  });
}
