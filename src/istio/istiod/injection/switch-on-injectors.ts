import type { ClusterClient } from '../../../kubernetes/client/cluster-client.js';
import { applyManifest } from '../../apply/apply-manifests.js';
import type { Manifest } from '../../apply/manifests.js';
import { duringTrial } from '../../inject/injection-trial.js';
import { checkInjectorCA, prepareInjectors, switchOffAll } from '../../inject/injector-webhook.js';
import type { Site } from '../../steps/site.js';
import type { StepContext } from '../../steps/step-context.js';
import { waitUntil } from '../../steps/wait-until.js';

const OFTEN = { intervalMs: 250 };

/** What has to hold before and after injectors are switched on; each throws when it does not. */
export interface InjectorProofs {
  /** Proves with probe Pods of the trial that injection works; nobody else is affected yet. */
  readonly before: () => Promise<void>;
  /** Proves that Pods of namespaces which ask for sidecars already are created. */
  readonly after: () => Promise<void>;
}

/** What decides how injectors are switched on. */
export interface InjectorMode {
  readonly revision: string;
  /** CA of the mesh, PEM. */
  readonly root: string;
  /**
   * The injectors were on before this rollout: there is nothing to try, and they stay on, because whoever asks for sidecars
   * would silently get none.
   */
  readonly wasLive: boolean;
}

/**
 * Applies the webhooks that inject in such an order that no Pod is refused on the way, wherever this is interrupted: first
 * a trial, which affects probe Pods only; then the webhooks switched off, so that istiod writes its CA into them; then on.
 * When the proof after that fails, those that this has switched on are switched off again.
 *
 * @returns how many webhook configurations were created or changed
 * @throws RolloutError `webhook-ca-missing` when istiod does not write its CA; ClusterError; what the proofs throw
 */
export async function switchOnInjectors(
  client: ClusterClient,
  injectors: readonly Manifest[],
  { revision, root, wasLive }: InjectorMode,
  proofs: InjectorProofs,
  step: StepContext,
): Promise<number> {
  const { signal } = step;
  if (!wasLive) {
    step.heartbeat('tries injection before it is switched on');
    await duringTrial(client, injectors, root, signal, proofs.before);
  }

  step.heartbeat('applies the injector webhook');
  const hasCA = () => checkInjectorCA(client, revision, root, signal);
  const changed = new Set(await prepareInjectors(client, injectors, root, signal));
  await waitUntil(step, hasCA, OFTEN);
  for (const injector of injectors) {
    if (await applyManifest(client, injector, signal)) changed.add(injector.name);
  }
  await waitUntil(step, hasCA, OFTEN);
  try {
    await proofs.after();
  } catch (error) {
    if (!wasLive) await step.takeBack((time) => switchOffAll(client, injectors, time));
    throw error;
  }
  return changed.size;
}

/** Applies the webhooks as they are when they are on: what a plan does in the place of {@link switchOnInjectors}. */
export async function planInjectors(
  { attempt, cluster, step }: Site,
  injectors: readonly Manifest[],
): Promise<number> {
  const changed = await attempt(async () => {
    let count = 0;
    for (const injector of injectors) count += Number(await applyManifest(cluster, injector, step.signal));
    return count;
  });
  return changed ?? 0;
}
