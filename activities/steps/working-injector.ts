import { readInjectors, switchOffAll } from '../../src/istio/inject/injector-webhook.js';
import { isSwitchedOff } from '../../src/istio/inject/webhook-configuration.js';
import type { InjectionInput } from '../../src/rollout/activities.js';
import { RolloutError } from '../../src/rollout/rollout-error.js';
import type { StepContext } from '../activity.js';
import type { ActivityDependencies } from '../dependencies.js';
import { activate, injectorsOf } from './activate-injection.js';

/**
 * Does what needs a working injector. When injection turns out not to work any more, for example because istiod has died,
 * the injector that this rollout has switched on is switched off: while the cluster waits, no Pod is refused because of it.
 * The next attempt tries it, and switches it on again when it works.
 *
 * @throws what `work` throws; what {@link activate} throws
 */
export async function withWorkingInjector<T>(
  dependencies: ActivityDependencies,
  input: InjectionInput,
  step: StepContext,
  work: () => Promise<T>,
): Promise<T> {
  const { cluster, revision, wasLive } = input;
  if (wasLive) return await work();
  const remote = await dependencies.clusters.get(cluster);
  const live = await readInjectors(remote, revision, step.signal);
  if (live.every(isSwitchedOff)) await activate(dependencies, input, step);
  try {
    return await work();
  } catch (error) {
    const isBroken = error instanceof RolloutError && error.code === 'injection-missing';
    if (isBroken)
      await step.takeBack(async (time) =>
        switchOffAll(remote, await injectorsOf(dependencies, input, time), time),
      );
    throw error;
  }
}
