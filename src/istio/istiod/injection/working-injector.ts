import type { InjectionInput } from '../../../rollout/activities.js';
import { RolloutError } from '../../../rollout/rollout-error.js';
import { readInjectors } from '../../inject/injector-webhook.js';
import { isSwitchedOff } from '../../inject/webhook-configuration.js';
import type { Site } from '../../steps/site.js';
import { activateInjection } from '../activate-injection.js';
import type { IstiodWay } from '../istiod-way.js';

/**
 * Does what needs a working injector. When injection turns out not to work any more, for example because istiod has died,
 * the injector that this rollout has switched on is switched off: while the cluster waits, no Pod is refused because of it.
 * The next attempt tries it, and switches it on again when it works.
 *
 * @throws what `work` throws; what {@link activateInjection} throws
 */
export async function withWorkingInjector<T>(
  way: IstiodWay,
  site: Site,
  input: InjectionInput,
  work: () => Promise<T>,
): Promise<T> {
  const { revision, wasLive } = input;
  if (wasLive) return await work();
  const { cluster, step } = site;
  const live = await readInjectors(cluster, revision, step.signal);
  if (live.every(isSwitchedOff)) await activateInjection(way, site, input);
  try {
    return await work();
  } catch (error) {
    const isBroken = error instanceof RolloutError && error.code === 'injection-missing';
    if (isBroken) await step.takeBack((time) => way.injector.switchOff(site, input, time));
    throw error;
  }
}
