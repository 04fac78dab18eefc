import { pause } from '../../../base/concurrency/pause.js';
import type { ClusterClient } from '../../../kubernetes/client/cluster-client.js';
import {
  readDeploymentReadiness,
  readNewestReadiness,
} from '../../../kubernetes/facts/deployment-readiness.js';
import type { PrimaryInput } from '../../../rollout/resolve/resolved.js';
import { RolloutError } from '../../../rollout/rollout-error.js';
import { newPodsAtOnce, readControlPlaneDeployment } from '../../control-plane/control-plane-deployment.js';
import { readyControlPlanePods } from '../../control-plane/control-plane-pods.js';
import { controlPlaneService } from '../../endpoints/endpoints.js';
import { ReplacementRemotes } from '../../endpoints/replacement-remotes.js';
import type { Site } from '../../steps/site.js';
import { waitUntil } from '../../steps/wait-until.js';
import { istiodEndpoints } from '../istiod-endpoints.js';

/** Answers about the Pods of istiod are shared: one that knows nothing of the new Pods is too old by then. */
const ANSWERS_AGE_MS = 1_000;
/** A remote's API server and kube-proxy learn of new endpoints within about a second. */
const REMOTES_LEARN_MS = 5_000;

/**
 * Brings the new Pods up, and points attached remotes at them, while the old ones stay.
 *
 * @param replace changes the Deployment in such a way that old Pods stay; returns how many objects it changed
 * @returns the remotes, to be pointed once more when the old Pods have gone
 * @throws RolloutError `remotes-not-pointed`; `control-plane-not-ready`; what `replace` throws
 */
export async function makeBeforeBreak(
  { clusters, cluster: primary, step }: Site,
  input: PrimaryInput,
  replace: () => Promise<number>,
): Promise<{ remotes: ReplacementRemotes; changed: number }> {
  const { signal } = step;
  const remotes = await ReplacementRemotes.find({ clusters, endpoints: istiodEndpoints }, input, step);
  if (await hasReadyPods(primary, input, signal)) await remotes.point('before istiod is replaced');
  const changed = await replace();
  await waitUntil(step, () => checkNewPods(primary, input, signal));
  await pause(ANSWERS_AGE_MS, signal);
  await remotes.point('at the old and the new istiod');
  step.heartbeat('lets the remotes learn of the new istiod');
  await waitUntil(step, () => checkOldPodsLeave(primary, input, signal));
  await remotes.point('at the new istiod alone');
  await pause(REMOTES_LEARN_MS, signal);
  return { remotes, changed };
}

/** Where istiod does not run at all, there is nothing that remotes could be kept pointed at. */
async function hasReadyPods(
  primary: ClusterClient,
  input: PrimaryInput,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await readyControlPlanePods(primary, input, signal);
    return true;
  } catch (error) {
    if (error instanceof RolloutError && error.code === 'no-ready-endpoint') return false;
    throw error;
  }
}

async function checkNewPods(primary: ClusterClient, input: PrimaryInput, signal: AbortSignal): Promise<void> {
  const deployment = await readControlPlaneDeployment(primary, input, signal);
  const readiness =
    deployment === undefined
      ? { ready: false, reason: 'the Deployment of istiod is gone' }
      : await readNewestReadiness(primary, deployment, newPodsAtOnce(deployment), { signal });
  if ('reason' in readiness)
    throw new RolloutError('control-plane-not-ready', readiness.reason, { cluster: primary.name });
}

/** Old Pods stop counting when remotes have held both for a while (src/istio/control-plane/leaving-pods.ts). */
async function checkOldPodsLeave(
  primary: ClusterClient,
  input: PrimaryInput,
  signal: AbortSignal,
): Promise<void> {
  const deployment = await readControlPlaneDeployment(primary, input, signal);
  const wanted = deployment?.spec.replicas ?? 1;
  // Where Kubernetes replaces some Pods after the others, those that stay count until they go.
  const isAllAtOnce = deployment !== undefined && newPodsAtOnce(deployment) === wanted;
  const pods = await readyControlPlanePods(primary, input, signal);
  if (!isAllAtOnce || pods.length <= wanted) return;
  throw new RolloutError('control-plane-not-ready', `${pods.length} Pods of istiod still count`, {
    cluster: primary.name,
  });
}

/** @throws RolloutError `control-plane-not-ready` with the reason, until the Deployment of istiod is Ready */
export async function checkControlPlaneReady(
  primary: ClusterClient,
  { istioNamespace, revision }: PrimaryInput,
  signal: AbortSignal,
): Promise<void> {
  const name = controlPlaneService(revision);
  const readiness = await readDeploymentReadiness(primary, istioNamespace, name, { signal });
  if (readiness.ready) return;
  throw new RolloutError('control-plane-not-ready', readiness.reason, { cluster: primary.name });
}
