import { readNamespace } from '../../kubernetes/facts/namespaces.js';
import type { InjectionInput } from '../../rollout/activities.js';
import type { StepResult } from '../../rollout/progress/step-results.js';
import type { RemoteInput } from '../../rollout/resolve/resolved.js';
import { RolloutError } from '../../rollout/rollout-error.js';
import { readAccess } from '../access/register.js';
import { readRemoteSecret, touchRemoteSecret } from '../access/remote-secret.js';
import { checkRootCertificate, readMeshRoot } from '../control-plane/root-certificate.js';
import { checkSynced } from '../control-plane/sync-status.js';
import { isAnnotatedLate } from '../inject/late-annotation.js';
import type { Site } from '../steps/site.js';
import { summarise } from '../steps/summarise.js';
import { waitUntil } from '../steps/wait-until.js';
import { injectorProofs } from './injection/injector-proofs.js';
import type { IstiodWay } from './istiod-way.js';
import { istiodRegistrar, registerRemote } from './register-remote.js';

/** istiod writes the root certificate within a second or two of having synced, where it leads. */
const LEADS_WITHIN_MS = 8_000;
const OFTEN = { intervalMs: 250 };

/**
 * The step `activate-injection`: every Ready istiod has synced and leads in the remote, dry-run Pods have shown that
 * injection works, then the injector webhook is switched on. Later steps call it where they find the injector switched off.
 */
export async function activateInjection(
  way: IstiodWay,
  site: Site,
  input: InjectionInput,
): Promise<StepResult> {
  return await site.settle(
    () => activate(way, site, input),
    async () => {
      const changed = (await site.attempt(() => way.injector.plan(site, input))) ?? 0;
      return summarise(1, changed, 'the injector is on');
    },
  );
}

async function activate(way: IstiodWay, site: Site, input: InjectionInput): Promise<StepResult> {
  const { cluster: remote, primary, step } = site;
  const { signal } = step;
  const { cluster, istioNamespace, revision, wasLive } = input;
  const secret = await readRemoteSecret(primary, istioNamespace, cluster, signal);
  const restored = secret === undefined ? (await registerRemote(site, input)).changed : 0;
  step.heartbeat('waits until istiod has synced');
  const pods = await waitUntil(step, () => checkSynced(primary, input, cluster, signal), OFTEN);
  const root = await waitUntil(step, () => readMeshRoot(primary, istioNamespace, signal));
  const touched = await waitForLead(site, input, root);

  const proofs = await injectorProofs(remote, input, step);
  const applied = await way.injector.switchOn(site, input, { revision, root, wasLive }, proofs);

  const changed = applied + restored + Number(touched);
  const fact = `${pods.length} istiod synced; injection is proven, and the injector has the CA of the mesh`;
  return summarise(1, changed, fact);
}

/**
 * Waits until istiod leads in the remote: it writes the mesh's root certificate there. Where the annotation came after
 * the remote secret, it never would; the secret is touched then, once, so that istiod reads the remote again.
 *
 * @returns true when the secret was touched
 * @throws RolloutError `root-cert-missing`
 */
async function waitForLead(site: Site, input: RemoteInput, root: string): Promise<boolean> {
  const { cluster: remote, step } = site;
  const check = () => checkRootCertificate(remote, input.istioNamespace, root, step.signal);
  step.heartbeat('waits until istiod leads in the remote');
  try {
    await waitUntil(step, check, { ...OFTEN, sliceMs: LEADS_WITHIN_MS });
    return false;
  } catch (error) {
    if (!(error instanceof RolloutError) || error.code !== 'root-cert-missing') throw error;
  }
  const touched = await touchWhenLate(site, input);
  await waitUntil(step, check, OFTEN);
  return touched;
}

async function touchWhenLate(site: Site, input: RemoteInput): Promise<boolean> {
  const { cluster: remote, primary, step } = site;
  const { signal, log } = step;
  const { cluster, istioNamespace } = input;
  const [namespace, secret] = await Promise.all([
    readNamespace(remote, istioNamespace, { signal }),
    readRemoteSecret(primary, istioNamespace, cluster, signal),
  ]);
  if (namespace === undefined || secret === undefined || !isAnnotatedLate(namespace, secret)) return false;
  log.info('the namespace was annotated after the remote secret; istiod is to read the remote again', {
    cluster,
  });
  const { access } = await readAccess(istiodRegistrar, site, input);
  await touchRemoteSecret(primary, istioNamespace, access, input.release, signal);
  return true;
}
