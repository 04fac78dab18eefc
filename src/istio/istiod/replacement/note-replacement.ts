import { isDeepStrictEqual } from 'node:util';
import type { Deployment } from '../../../kubernetes/facts/deployment-readiness.js';
import type { PrimaryInput } from '../../../rollout/resolve/resolved.js';
import {
  controlPlaneVersion,
  describeReplacement,
  makesBeforeBreaking,
  readControlPlaneDeployment,
} from '../../control-plane/control-plane-deployment.js';
import type { Site } from '../../steps/site.js';

/**
 * Says in a plan what becomes of the istiod that runs: its version, and how its Pods are replaced.
 *
 * @param live the Deployment of now; undefined where istiod does not run
 */
export async function noteReplacement(
  { cluster, step, note }: Site,
  input: PrimaryInput,
  live: Deployment | undefined,
): Promise<void> {
  const planned = await readControlPlaneDeployment(cluster, input, step.signal);
  if (live === undefined || planned === undefined) return;
  const [before, after] = [controlPlaneVersion(live), controlPlaneVersion(planned)];
  if (before !== after) note(`istiod changes from version ${before} to ${after}`);
  if (isDeepStrictEqual(live.spec.template, planned.spec.template)) return;
  note(
    makesBeforeBreaking(planned)
      ? `new Pods of istiod are Ready, and attached remotes point at them, before the old ones go (${describeReplacement(planned)})`
      : `attached remotes refuse Pods with sidecars for some seconds while istiod is replaced (${describeReplacement(planned)})`,
  );
}
