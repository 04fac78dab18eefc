import { duringTrial } from '../../../inject/injection-trial.js';
import { checkInjectorCA } from '../../../inject/injector-webhook.js';
import type { InjectorMode, InjectorProofs } from '../../../istiod/injection/switch-on-injectors.js';
import type { Site } from '../../../steps/site.js';
import { waitUntil } from '../../../steps/wait-until.js';
import { injectorsOf, removeInjectors } from '../injector.js';
import { type EnsureOptions, ensureRelease } from '../release/ensure-release.js';
import type { WantedRelease } from '../renderer.js';
import type { Helm } from '../tool/helm.js';

const OFTEN = { intervalMs: 250 };

/**
 * Switches injection on by an upgrade that has the injector webhook, with the CA of the mesh in it: first a trial, which
 * affects probe Pods only, then the upgrade. When the proof after that fails, the webhook is removed again.
 *
 * @param complete the release with the injector
 * @returns how many objects were created or changed
 * @throws RolloutError `webhook-ca-missing`; as {@link ensureRelease}; what the proofs throw
 */
export async function switchOnByUpgrade(
  { cluster, step }: Site,
  helm: Helm,
  complete: WantedRelease,
  { revision, root, wasLive }: InjectorMode,
  proofs: InjectorProofs,
  options: EnsureOptions,
): Promise<number> {
  const { signal } = step;
  const injectors = injectorsOf(complete);
  if (!wasLive) {
    step.heartbeat('tries injection before it is switched on');
    await duringTrial(cluster, injectors, root, signal, proofs.before);
  }
  step.heartbeat('upgrades the release with the injector webhook');
  const { changed } = await ensureRelease(cluster, helm, complete, options);
  await waitUntil(step, () => checkInjectorCA(cluster, revision, root, signal), OFTEN);
  try {
    await proofs.after();
  } catch (error) {
    if (!wasLive) await step.takeBack((time) => removeInjectors(cluster, injectors, time));
    throw error;
  }
  return changed;
}
