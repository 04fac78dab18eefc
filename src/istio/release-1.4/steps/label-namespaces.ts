import { objectPath } from '../../../kubernetes/client/kinds.js';
import { readNamespace } from '../../../kubernetes/facts/namespaces.js';
import type { InjectionInput } from '../../../rollout/activities.js';
import type { StepResult } from '../../../rollout/progress/step-results.js';
import type { WebhookConfiguration } from '../../inject/webhook-configuration.js';
import type { Site } from '../../steps/site.js';
import { summarise } from '../../steps/summarise.js';
import { labelNamespace, takeLabelOff, unlabelledNamespaces } from '../namespace-labels.js';
import { waitForInjector } from './activate-injection.js';
import { proveNamespaces } from './verify-injection.js';
import type { Release14Way } from './way.js';

/**
 * The step `label-namespaces`: namespaces get the guide's label only when the webhook has its CA. Where the proof fails
 * afterwards, the labels go again: in a labelled namespace no Pod can be created while the injector fails.
 */
export async function labelNamespaces(
  way: Release14Way,
  site: Site,
  input: InjectionInput,
): Promise<StepResult> {
  const { namespaces } = input;
  if (namespaces.length === 0) return summarise(0, 0, 'no namespace is to be labelled');
  const changed = await site.settle(
    () => labelProven(way, site, input),
    () => planLabels(way, site, input),
  );
  return summarise(
    namespaces.length,
    changed,
    `sidecars asked for in ${namespaces.length === 1 ? '1 namespace' : `${namespaces.length} namespaces`}`,
  );
}

/** Returns how many namespaces were labelled. */
async function labelProven(way: Release14Way, site: Site, input: InjectionInput): Promise<number> {
  const { cluster: remote, step } = site;
  const { signal } = step;
  const webhook = await waitForInjector(way, site, input.istioNamespace);
  const names = input.namespaces.map(({ name }) => name);
  const unlabelled = await unlabelledNamespaces(remote, names, webhook, signal);
  if (unlabelled.length === 0) return 0;
  try {
    for (const name of unlabelled) {
      step.heartbeat(`labels namespace ${name}`);
      await labelNamespace(remote, name, webhook, signal);
    }
    const namespaces = unlabelled.map((name) => ({ name }));
    await proveNamespaces(site, { ...input, namespaces });
  } catch (error) {
    await step.takeBack(async (time) => {
      await Promise.all(unlabelled.map((name) => takeLabelOff(remote, name, time)));
    });
    throw error;
  }
  return unlabelled.length;
}

/** Labels each namespace that exists as a part of its own: one that is missing is a finding already. */
async function planLabels(way: Release14Way, site: Site, input: InjectionInput): Promise<number> {
  const { cluster, step } = site;
  const { signal } = step;
  const reference = {
    apiVersion: 'admissionregistration.k8s.io/v1beta1',
    kind: 'MutatingWebhookConfiguration',
    name: way.injectorName(input.istioNamespace),
  };
  const webhook = await cluster.get<WebhookConfiguration>(objectPath(reference), { signal });
  // Why it was not planned is a problem already.
  if (webhook === undefined) return 0;
  let changed = 0;
  for (const { name } of input.namespaces) {
    if ((await readNamespace(cluster, name, { signal })) === undefined) continue;
    const isLabelled = await site.attempt(() => labelNamespace(cluster, name, webhook, signal));
    changed += Number(isLabelled ?? false);
  }
  return changed;
}
