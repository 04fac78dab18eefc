import { injectorManifests } from '../src/istio/injector-webhook.js';
import { isAnnotatedLate } from '../src/istio/late-annotation.js';
import { remoteManifests } from '../src/istio/remote-manifests.js';
import { readRemoteSecret, touchRemoteSecret } from '../src/istio/remote-secret.js';
import { checkRootCertificate, readMeshRoot } from '../src/istio/root-certificate.js';
import { checkSynced } from '../src/istio/sync-status.js';
import { readNamespace } from '../src/kubernetes/namespaces.js';
import type { Activities } from '../src/rollout/activities.js';
import type { RemoteInput } from '../src/rollout/resolved.js';
import { RolloutError } from '../src/rollout/rollout-error.js';
import { defineStep, type StepContext } from './activity.js';
import { applyInjectors } from './apply-injectors.js';
import type { ActivityDependencies } from './dependencies.js';
import { readAccess, register } from './register-remote.js';
import { summarise } from './summarise.js';
import { waitUntil } from './wait-until.js';

/** istiod writes the root certificate within a second or two of having synced, where it leads. */
const LEADS_WITHIN_MS = 8_000;
const OFTEN = { intervalMs: 250 };

/**
 * The activity `activateInjection`: every Ready istiod has synced and leads in the remote, then the injector webhook. It
 * comes last, and is switched on when istiod's CA is in it: without it the webhook fails, and Pods of labelled namespaces
 * with it.
 */
export function activateInjection(dependencies: ActivityDependencies): Activities['activateInjection'] {
  const { clusters, istioctl } = dependencies;
  return defineStep(async (input: RemoteInput, step) => {
    const { signal } = step;
    const { cluster, istioNamespace, revision } = input;
    const [remote, primary] = await Promise.all([clusters.get(cluster), clusters.get(input.primary)]);

    const secret = await readRemoteSecret(primary, istioNamespace, cluster, signal);
    const restored = secret === undefined ? (await register(dependencies, input, step)).changed : 0;
    step.heartbeat('waits until istiod has synced');
    const pods = await waitUntil(step, () => checkSynced(primary, input, cluster, signal), OFTEN);
    const root = await waitUntil(step, () => readMeshRoot(primary, istioNamespace, signal));
    const touched = await waitForLead(dependencies, input, root, step);

    step.heartbeat('applies the injector webhook');
    const address = pods[0]?.address ?? '';
    const { installation, injector } = await remoteManifests(istioctl.renderer, input, address, signal);
    const injectors = await injectorManifests(remote, injector, installation, signal);
    const applied = await applyInjectors(remote, injectors, revision, root, step);

    const changed = applied + restored + Number(touched);
    return summarise(
      injectors.length,
      changed,
      `${pods.length} istiod synced; the injector has the CA of the mesh`,
    );
  });
}

/**
 * Waits until istiod leads in the remote: it writes the mesh's root certificate there. Where the annotation came after
 * the remote secret, it never would; the secret is touched then, once, so that istiod reads the remote anew.
 *
 * @returns true when the secret was touched
 * @throws RolloutError `root-cert-missing`
 */
async function waitForLead(
  dependencies: ActivityDependencies,
  input: RemoteInput,
  root: string,
  step: StepContext,
): Promise<boolean> {
  const { signal } = step;
  const { cluster, istioNamespace } = input;
  const remote = await dependencies.clusters.get(cluster);
  const check = () => checkRootCertificate(remote, istioNamespace, root, signal);
  step.heartbeat('waits until istiod leads in the remote');
  try {
    await waitUntil(step, check, { ...OFTEN, sliceMs: LEADS_WITHIN_MS });
    return false;
  } catch (error) {
    if (!(error instanceof RolloutError) || error.code !== 'root-cert-missing') throw error;
  }
  const touched = await touchWhenLate(dependencies, input, step);
  await waitUntil(step, check, OFTEN);
  return touched;
}

async function touchWhenLate(
  dependencies: ActivityDependencies,
  input: RemoteInput,
  step: StepContext,
): Promise<boolean> {
  const { signal, log } = step;
  const { cluster, istioNamespace } = input;
  const [remote, primary] = await Promise.all([
    dependencies.clusters.get(cluster),
    dependencies.clusters.get(input.primary),
  ]);
  const [namespace, secret] = await Promise.all([
    readNamespace(remote, istioNamespace, { signal }),
    readRemoteSecret(primary, istioNamespace, cluster, signal),
  ]);
  if (namespace === undefined || secret === undefined || !isAnnotatedLate(namespace, secret)) return false;
  log.info('the namespace was annotated after the remote secret; istiod is to read the remote anew', {
    cluster,
  });
  const { access } = await readAccess(dependencies, input, step);
  await touchRemoteSecret(primary, istioNamespace, access, signal);
  return true;
}
