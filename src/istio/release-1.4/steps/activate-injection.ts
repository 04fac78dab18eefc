import type { InjectionInput } from '../../../rollout/activities.js';
import type { StepResult } from '../../../rollout/progress/step-results.js';
import type { WebhookConfiguration } from '../../inject/webhook-configuration.js';
import type { Site } from '../../steps/site.js';
import { summarise } from '../../steps/summarise.js';
import { waitUntil } from '../../steps/wait-until.js';
import { checkInjectorCA, checkInjectorDeployments } from '../injector.js';
import type { Release14Way } from './way.js';

const OFTEN = { intervalMs: 250 };

/**
 * The step `activate-injection`: citadel and injector of the remote are available, and the injector has written its CA into
 * its webhook. The installation has made both; without the CA no Pod can be created in a labelled namespace.
 */
export async function activateInjection(
  way: Pick<Release14Way, 'injectorName'>,
  site: Site,
  input: InjectionInput,
): Promise<StepResult> {
  const fact = 'citadel and injector are available, and the webhook has the CA of the injector';
  await site.settle<unknown>(
    () => waitForInjector(way, site, input.istioNamespace),
    async () => undefined,
  );
  return summarise(1, 0, fact);
}

/**
 * Waits until the injector of a remote works.
 *
 * @throws RolloutError `control-plane-not-ready`, `webhook-ca-missing`
 */
export async function waitForInjector(
  way: Pick<Release14Way, 'injectorName'>,
  { cluster: remote, step }: Site,
  istioNamespace: string,
): Promise<WebhookConfiguration> {
  const { signal } = step;
  step.heartbeat('waits for citadel and injector');
  await waitUntil(step, () => checkInjectorDeployments(remote, istioNamespace, signal), OFTEN);
  step.heartbeat('waits until the webhook has the CA of the injector');
  const name = way.injectorName(istioNamespace);
  return await waitUntil(step, () => checkInjectorCA(remote, istioNamespace, name, signal), OFTEN);
}
