import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import { readNamespace } from '../../kubernetes/facts/namespaces.js';
import type { InjectionInput } from '../../rollout/activities.js';
import type { StepResult } from '../../rollout/progress/step-results.js';
import type { RemoteInput } from '../../rollout/resolve/resolved.js';
import { readMeshRoot } from '../control-plane/root-certificate.js';
import {
  labelNamespaces as label,
  missingLabels,
  takeLabelsOff,
  type UnlabelledNamespace,
} from '../inject/injection-labels.js';
import { askingLabels } from '../inject/injection-probe.js';
import { checkInjectorCA, readInjectors } from '../inject/injector-webhook.js';
import { requireInjection } from '../inject/probed-namespaces.js';
import type { Site } from '../steps/site.js';
import type { StepContext } from '../steps/step-context.js';
import { summarise } from '../steps/summarise.js';
import { waitUntil } from '../steps/wait-until.js';
import { probeNamespaces } from './injection/prove-injection.js';
import { withWorkingInjector } from './injection/working-injector.js';
import type { IstiodWay } from './istiod-way.js';

/**
 * The step `label-namespaces`: a namespace is labelled only after a dry-run Pod that asks for a sidecar came back with
 * it there. In a labelled namespace no Pod can be created while the injector fails, or while something refuses the sidecar.
 */
export async function labelNamespaces(
  way: IstiodWay,
  site: Site,
  input: InjectionInput,
): Promise<StepResult> {
  const { namespaces } = input;
  if (namespaces.length === 0) return summarise(0, 0, 'no namespace is to be labelled');
  const changed = await site.settle(
    () => withWorkingInjector(way, site, input, () => labelProven(site, input)),
    () => planLabels(way, site, input),
  );
  return summarise(
    namespaces.length,
    changed,
    `sidecars asked for in ${namespaces.length === 1 ? '1 namespace' : `${namespaces.length} namespaces`}`,
  );
}

/** Returns how many namespaces were labelled. */
async function labelProven({ cluster: remote, primary, step }: Site, input: InjectionInput): Promise<number> {
  const { signal } = step;
  const { istioNamespace, revision, namespaces } = input;
  const root = await waitUntil(step, () => readMeshRoot(primary, istioNamespace, signal));
  const injectors = await waitUntil(step, () => checkInjectorCA(remote, revision, root, signal));

  const unlabelled = await missingLabels(remote, namespaces, injectors, signal);
  await proveBefore(remote, unlabelled, input, step);
  const changed = await label(remote, unlabelled, injectors, signal);
  await proveAfter(remote, unlabelled, input, step);
  return changed;
}

/** Labels each namespace that exists as a part of its own: one that is missing is a finding already. */
async function planLabels(way: IstiodWay, site: Site, input: InjectionInput): Promise<number> {
  const { cluster, step } = site;
  const { signal } = step;
  const planned = (await site.attempt(() => way.injector.whenOn(site, input, signal))) ?? [];
  const injectors = [...planned, ...(await readInjectors(cluster, input.revision, signal))];
  let changed = 0;
  for (const namespace of input.namespaces) {
    if ((await readNamespace(cluster, namespace.name, { signal })) === undefined) continue;
    changed += (await site.attempt(() => label(cluster, [namespace], injectors, signal))) ?? 0;
  }
  return changed;
}

async function proveBefore(
  remote: ClusterClient,
  namespaces: readonly UnlabelledNamespace[],
  { cluster, revision, accept }: RemoteInput,
  step: StepContext,
): Promise<void> {
  const targets = namespaces.map(({ name }) => ({ name, labels: askingLabels(revision) }));
  requireInjection(cluster, await probeNamespaces(remote, targets, step), accept);
}

/** A Pod that asks for nothing itself gets its sidecar by the label now; where it does not, the label goes again. */
async function proveAfter(
  remote: ClusterClient,
  namespaces: readonly UnlabelledNamespace[],
  { cluster, accept }: RemoteInput,
  step: StepContext,
): Promise<void> {
  try {
    const targets = namespaces.map(({ name }) => ({ name, labels: {} }));
    requireInjection(cluster, await probeNamespaces(remote, targets, step), accept);
  } catch (error) {
    await step.takeBack((time) => takeLabelsOff(remote, namespaces, time));
    throw error;
  }
}
