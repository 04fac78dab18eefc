import { checkRootCertificate, readMeshRoot } from '../../src/istio/control-plane/root-certificate.js';
import { checkSynced } from '../../src/istio/control-plane/sync-status.js';
import { checkInjectorCA } from '../../src/istio/inject/injector-webhook.js';
import type { Activities } from '../../src/rollout/activities.js';
import type { RemoteInput } from '../../src/rollout/resolve/resolved.js';
import { defineStep, type StepContext } from '../activity.js';
import type { ActivityDependencies } from '../dependencies.js';
import { type SettledEndpoints, settleEndpoints } from '../endpoints/settle-endpoints.js';
import { summarise } from '../summarise.js';
import { waitUntil } from '../wait-until.js';

/**
 * The activity `verifyRemote`: reads back what makes a remote part of the mesh. Endpoints that are not the Ready istiod
 * Pods any more are written again; everything else is only waited for.
 */
export function verifyRemote(dependencies: ActivityDependencies): Activities['verifyRemote'] {
  return defineStep(async (input: RemoteInput, step) => {
    const { endpoints, changed, synced, injectors } = await proveAttachment(dependencies, input, step);
    const fact = `${synced} istiod synced, CA and root certificate of the mesh, endpoints ${endpoints.join(', ')}`;
    const result = summarise(injectors + 2, changed, fact);
    return { ...result, synced, webhookCA: true, endpoints };
  });
}

/**
 * Proves that a remote is part of the mesh: the proof of this step, also after a wave's minSuccessTime.
 *
 * @throws RolloutError `not-synced`, `webhook-ca-missing`, `root-cert-missing`, `endpoints-outdated` or `no-ready-endpoint`
 */
export async function proveAttachment(
  { clusters }: ActivityDependencies,
  input: Pick<RemoteInput, 'cluster' | 'primary' | 'istioNamespace' | 'revision'>,
  step: StepContext,
): Promise<SettledEndpoints & { readonly synced: number; readonly injectors: number }> {
  const { signal } = step;
  const { cluster, istioNamespace, revision } = input;
  const [remote, primary] = await Promise.all([clusters.get(cluster), clusters.get(input.primary)]);

  step.heartbeat('compares the endpoints with the Pods of istiod');
  const settled = await settleEndpoints(remote, primary, input, step);
  step.heartbeat('asks every istiod whether it has synced');
  const pods = await waitUntil(step, () => checkSynced(primary, input, cluster, signal));
  const root = await waitUntil(step, () => readMeshRoot(primary, istioNamespace, signal));
  const injectors = await waitUntil(step, () => checkInjectorCA(remote, revision, root, signal));
  await waitUntil(step, () => checkRootCertificate(remote, istioNamespace, root, signal));
  return { ...settled, synced: pods.length, injectors: injectors.length };
}
