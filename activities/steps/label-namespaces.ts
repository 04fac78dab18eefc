import { readMeshRoot } from '../../src/istio/control-plane/root-certificate.js';
import {
  labelNamespaces as label,
  missingLabels,
  takeLabelsOff,
  type UnlabelledNamespace,
} from '../../src/istio/inject/injection-labels.js';
import { askingLabels } from '../../src/istio/inject/injection-probe.js';
import { checkInjectorCA } from '../../src/istio/inject/injector-webhook.js';
import type { ClusterClient } from '../../src/kubernetes/client/cluster-client.js';
import type { Activities, InjectionInput } from '../../src/rollout/activities.js';
import type { StepResult } from '../../src/rollout/progress/step-results.js';
import type { RemoteInput } from '../../src/rollout/resolve/resolved.js';
import { defineStep, type StepContext } from '../activity.js';
import type { ActivityDependencies } from '../dependencies.js';
import { summarise } from '../summarise.js';
import { waitUntil } from '../wait-until.js';
import { probeNamespaces, requireInjection } from './prove-injection.js';
import { withWorkingInjector } from './working-injector.js';

/**
 * The activity `labelNamespaces`: a namespace is labelled only after a dry-run Pod that asks for a sidecar came back with
 * it there. In a labelled namespace no Pod can be created while the injector fails, or while something refuses the sidecar.
 */
export function labelNamespaces(dependencies: ActivityDependencies): Activities['labelNamespaces'] {
  return defineStep(async (input: InjectionInput, step) => {
    if (input.namespaces.length === 0) return summarise(0, 0, 'no namespace is to be labelled');
    return await withWorkingInjector(dependencies, input, step, () => labelAll(dependencies, input, step));
  });
}

async function labelAll(
  { clusters }: ActivityDependencies,
  input: InjectionInput,
  step: StepContext,
): Promise<StepResult> {
  const { signal } = step;
  const { cluster, istioNamespace, revision, namespaces } = input;
  const [remote, primary] = await Promise.all([clusters.get(cluster), clusters.get(input.primary)]);
  const root = await waitUntil(step, () => readMeshRoot(primary, istioNamespace, signal));
  const injectors = await waitUntil(step, () => checkInjectorCA(remote, revision, root, signal));

  const unlabelled = await missingLabels(remote, namespaces, injectors, signal);
  await proveBefore(remote, unlabelled, input, step);
  const changed = await label(remote, unlabelled, injectors, signal);
  await proveAfter(remote, unlabelled, input, step);
  return summarise(
    namespaces.length,
    changed,
    `sidecars asked for in ${namespaces.length === 1 ? '1 namespace' : `${namespaces.length} namespaces`}`,
  );
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
