import { addressesOf, readyControlPlanePods } from '../src/istio/control-plane-pods.js';
import { readEndpoints, sameAddresses, writeEndpoints } from '../src/istio/endpoints.js';
import { checkInjectorCA } from '../src/istio/injector-webhook.js';
import { checkRootCertificate, readMeshRoot } from '../src/istio/root-certificate.js';
import { checkSynced } from '../src/istio/sync-status.js';
import type { ClusterClient } from '../src/kubernetes/cluster-client.js';
import type { Activities } from '../src/rollout/activities.js';
import type { RemoteInput } from '../src/rollout/resolved.js';
import { RolloutError } from '../src/rollout/rollout-error.js';
import { defineStep, type StepContext } from './activity.js';
import type { ActivityDependencies } from './dependencies.js';
import { summarise } from './summarise.js';
import { waitUntil } from './wait-until.js';

/**
 * The activity `verifyRemote`: reads back what makes a remote part of the mesh. Endpoints that are not the Ready istiod
 * Pods any more are written again; everything else is only waited for.
 */
export function verifyRemote({ clusters }: ActivityDependencies): Activities['verifyRemote'] {
  return defineStep(async (input: RemoteInput, step) => {
    const { signal } = step;
    const { cluster, istioNamespace, revision } = input;
    const [remote, primary] = await Promise.all([clusters.get(cluster), clusters.get(input.primary)]);

    step.heartbeat('compares the endpoints with the Pods of istiod');
    const { endpoints, written } = await waitUntil(step, () => settleEndpoints(remote, primary, input, step));
    step.heartbeat('asks every istiod whether it has synced');
    const pods = await waitUntil(step, () => checkSynced(primary, input, cluster, signal));
    const root = await waitUntil(step, () => readMeshRoot(primary, istioNamespace, signal));
    const injectors = await waitUntil(step, () => checkInjectorCA(remote, revision, root, signal));
    await waitUntil(step, () => checkRootCertificate(remote, istioNamespace, root, signal));

    const fact = `${pods.length} istiod synced, CA and root certificate of the mesh, endpoints ${endpoints.join(', ')}`;
    const result = summarise(injectors.length + 2, Number(written), fact);
    return { ...result, synced: pods.length, webhookCA: true, endpoints };
  });
}

/**
 * Compares the remote's endpoints with the Ready istiod Pods, and writes them when they differ.
 *
 * @throws RolloutError `endpoints-outdated` when they differ still: Pods have moved meanwhile
 */
async function settleEndpoints(
  remote: ClusterClient,
  primary: ClusterClient,
  input: RemoteInput,
  { signal }: StepContext,
): Promise<{ endpoints: string[]; written: boolean }> {
  const ready = addressesOf(await readyControlPlanePods(primary, input, signal));
  if (sameAddresses(await readEndpoints(remote, input, signal), ready))
    return { endpoints: ready, written: false };
  const written = await writeEndpoints(remote, input, ready, signal);
  const endpoints = await readEndpoints(remote, input, signal);
  if (sameAddresses(endpoints, ready)) return { endpoints, written };
  const message = `the endpoints are ${endpoints.join(', ')}, the Ready Pods of istiod are ${ready.join(', ')}`;
  throw new RolloutError('endpoints-outdated', message, { cluster: remote.name });
}
