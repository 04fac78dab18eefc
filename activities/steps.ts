import type { Installer, Step } from '../src/istio/installers/installer.js';
import type { WayOfInstalling } from '../src/istio/installers/installers.js';
import { liveSite } from '../src/istio/steps/live-site.js';
import type { Activities } from '../src/rollout/activities.js';
import type { StepResult } from '../src/rollout/progress/step-results.js';
import { defineStep } from './activity.js';
import type { ActivityDependencies } from './dependencies.js';

type StepActivities = Pick<
  Activities,
  | 'deployPrimary'
  | 'collectEndpoints'
  | 'prepareNamespace'
  | 'installRemote'
  | 'registerRemote'
  | 'activateInjection'
  | 'verifyRemote'
  | 'labelNamespaces'
  | 'verifyInjection'
>;
type StepInput = WayOfInstalling & { readonly cluster?: string; readonly primary: string };

/** Returns the activities of the steps: each runs the step of the rollout's installer on the clusters themselves. */
export function stepActivities({ clusters, installers }: ActivityDependencies): StepActivities {
  const activity = <Input extends StepInput, Result extends StepResult>(
    pick: (steps: Installer['steps']) => Step<Input, Result>,
  ) =>
    defineStep<Input, Result>(async (input, step) => {
      const run = pick(installers.of(input).steps);
      return await run(await liveSite(clusters, input, step), input);
    });
  return {
    deployPrimary: activity((steps) => steps['deploy-primary']),
    collectEndpoints: activity((steps) => steps['collect-endpoints']),
    prepareNamespace: activity((steps) => steps['prepare-namespace']),
    installRemote: activity((steps) => steps['install-remote']),
    registerRemote: activity((steps) => steps['register-remote']),
    activateInjection: activity((steps) => steps['activate-injection']),
    verifyRemote: activity((steps) => steps['verify-remote']),
    labelNamespaces: activity((steps) => steps['label-namespaces']),
    verifyInjection: activity((steps) => steps['verify-injection']),
  };
}
