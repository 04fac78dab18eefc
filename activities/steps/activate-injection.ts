import { readRemoteSecret, touchRemoteSecret } from '../../src/istio/access/remote-secret.js';
import { checkRootCertificate, readMeshRoot } from '../../src/istio/control-plane/root-certificate.js';
import { checkSynced } from '../../src/istio/control-plane/sync-status.js';
import { injectorManifests } from '../../src/istio/inject/injector-webhook.js';
import { isAnnotatedLate } from '../../src/istio/inject/late-annotation.js';
import type { Manifest } from '../../src/istio/render/manifests.js';
import { remoteManifests } from '../../src/istio/render/remote-manifests.js';
import { readNamespace } from '../../src/kubernetes/facts/namespaces.js';
import type { Activities, InjectionInput } from '../../src/rollout/activities.js';
import type { StepResult } from '../../src/rollout/progress/step-results.js';
import type { RemoteInput } from '../../src/rollout/resolve/resolved.js';
import { RolloutError } from '../../src/rollout/rollout-error.js';
import { defineStep, type StepContext } from '../activity.js';
import type { ActivityDependencies } from '../dependencies.js';
import { requireToolVersion } from '../require-tool-version.js';
import { summarise } from '../summarise.js';
import { waitUntil } from '../wait-until.js';
import { injectorProofs } from './injector-proofs.js';
import { readAccess, register } from './register-remote.js';
import { switchOnInjectors } from './switch-on-injectors.js';

/** istiod writes the root certificate within a second or two of having synced, where it leads. */
const LEADS_WITHIN_MS = 8_000;
const OFTEN = { intervalMs: 250 };

/**
 * The activity `activateInjection`: every Ready istiod has synced and leads in the remote, dry-run Pods have shown that
 * injection works, then the injector webhook is switched on.
 */
export function activateInjection(dependencies: ActivityDependencies): Activities['activateInjection'] {
  return defineStep((input: InjectionInput, step) => activate(dependencies, input, step));
}

/** What the activity does; also where a later step finds the injector switched off. */
export async function activate(
  dependencies: ActivityDependencies,
  input: InjectionInput,
  step: StepContext,
): Promise<StepResult> {
  const { clusters, istioctl } = dependencies;
  const { signal } = step;
  const { cluster, istioNamespace, revision, wasLive } = input;
  await requireToolVersion(istioctl, input);
  const [remote, primary] = await Promise.all([clusters.get(cluster), clusters.get(input.primary)]);

  const secret = await readRemoteSecret(primary, istioNamespace, cluster, signal);
  const restored = secret === undefined ? (await register(dependencies, input, step)).changed : 0;
  step.heartbeat('waits until istiod has synced');
  const pods = await waitUntil(step, () => checkSynced(primary, input, cluster, signal), OFTEN);
  const root = await waitUntil(step, () => readMeshRoot(primary, istioNamespace, signal));
  const touched = await waitForLead(dependencies, input, root, step);

  const injectors = await injectorsOf(dependencies, input, signal);
  const proofs = await injectorProofs(remote, input, step);
  const mode = { revision, root, wasLive };
  const applied = await switchOnInjectors(remote, injectors, mode, proofs, step);

  const changed = applied + restored + Number(touched);
  const fact = `${pods.length} istiod synced; injection is proven, and the injector has the CA of the mesh`;
  return summarise(injectors.length, changed, fact);
}

/** An address that nobody has: no injector webhook holds one. */
const NO_ADDRESS = '0.0.0.0';

/** Returns the webhooks that inject in a remote, as they are when they are on. */
export async function injectorsOf(
  { clusters, istioctl }: ActivityDependencies,
  input: RemoteInput,
  signal: AbortSignal,
): Promise<Manifest[]> {
  const remote = await clusters.get(input.cluster);
  const rendered = await remoteManifests(istioctl.renderer, input, NO_ADDRESS, signal);
  return await injectorManifests(remote, rendered.injector, rendered.installation, signal);
}

/**
 * Waits until istiod leads in the remote: it writes the mesh's root certificate there. Where the annotation came after
 * the remote secret, it never would; the secret is touched then, once, so that istiod reads the remote again.
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
  log.info('the namespace was annotated after the remote secret; istiod is to read the remote again', {
    cluster,
  });
  const { access } = await readAccess(dependencies, input, step);
  await touchRemoteSecret(primary, istioNamespace, access, signal);
  return true;
}
