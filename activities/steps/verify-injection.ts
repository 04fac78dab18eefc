import { concurrently } from '../../src/base/concurrency/concurrently.js';
import { checkRootCertificate, readMeshRoot } from '../../src/istio/control-plane/root-certificate.js';
import { countPodsWithoutSidecar } from '../../src/istio/inject/pods-without-sidecar.js';
import type { Activities, InjectionInput } from '../../src/rollout/activities.js';
import type { Finding } from '../../src/rollout/checks/findings.js';
import { FINDINGS } from '../../src/rollout/codes.js';
import type { RemoteInput } from '../../src/rollout/resolve/resolved.js';
import { defineStep, type StepContext } from '../activity.js';
import type { ActivityDependencies } from '../dependencies.js';
import { summarise } from '../summarise.js';
import { waitUntil } from '../wait-until.js';
import {
  type ProbedNamespace,
  probeNamespaces,
  requireInjection,
  unprovenFindings,
} from './prove-injection.js';
import { withWorkingInjector } from './working-injector.js';

const CONCURRENCY = 4;

/**
 * The activity `verifyInjection`: a dry-run Pod in each labelled namespace comes back with the sidecar of this remote, and
 * each has the root certificate that sidecars need. Running Pods without a sidecar are counted: restarting them is the
 * user's business.
 */
export function verifyInjection(dependencies: ActivityDependencies): Activities['verifyInjection'] {
  return defineStep(async (input: InjectionInput, step) => {
    const { cluster, namespaces } = input;
    const remote = await dependencies.clusters.get(cluster);
    const probed = await withWorkingInjector(dependencies, input, step, () =>
      proveInjection(dependencies, input, step),
    );
    const counts = await concurrently(namespaces, CONCURRENCY, async ({ name }) => ({
      name,
      pods: await countPodsWithoutSidecar(remote, name, step.signal),
    }));

    const injected = namesOf(probed, 'injected');
    const unproven = namesOf(probed, 'unproven');
    const podsWithoutSidecar = counts.reduce((sum, each) => sum + each.pods, 0);
    const pods = podsWithoutSidecar === 0 ? '' : `; ${podsWithoutSidecar} running Pods have no sidecar`;
    const fact = `injection proven in ${injected.length} of ${probed.length} namespaces${pods}`;
    const findings = [
      ...unprovenFindings(cluster, probed),
      ...counts.flatMap((count) => sidecarFindings(cluster, count)),
    ];
    return {
      ...summarise(probed.length, 0, fact),
      ...(findings.length === 0 ? {} : { findings }),
      injected,
      unproven,
      podsWithoutSidecar,
    };
  });
}

/**
 * Proves in the labelled namespaces of a remote that Pods are injected there and can start: the proof of this step, also
 * after a wave's minSuccessTime.
 *
 * @throws RolloutError `injection-missing`, `injection-refused`, `injection-not-proven` or `root-cert-missing`
 */
export async function proveInjection(
  { clusters }: ActivityDependencies,
  input: Pick<RemoteInput, 'cluster' | 'primary' | 'istioNamespace' | 'namespaces' | 'accept'>,
  step: StepContext,
): Promise<ProbedNamespace[]> {
  const { signal } = step;
  const { cluster, istioNamespace, namespaces, accept } = input;
  const [remote, primary] = await Promise.all([clusters.get(cluster), clusters.get(input.primary)]);
  const root = await waitUntil(step, () => readMeshRoot(primary, istioNamespace, signal));
  const targets = namespaces.map(({ name }) => ({ name, labels: {} }));
  const probed = await probeNamespaces(remote, targets, step);
  requireInjection(cluster, probed, accept);
  await concurrently(namespaces, CONCURRENCY, ({ name }) =>
    waitUntil(step, () => checkRootCertificate(remote, name, root, signal)),
  );
  return probed;
}

function namesOf(probed: readonly ProbedNamespace[], wanted: 'injected' | 'unproven'): string[] {
  return probed.flatMap(({ name, verdict }) => (verdict.verdict === wanted ? [name] : []));
}

function sidecarFindings(cluster: string, { name, pods }: { name: string; pods: number }): Finding[] {
  if (pods === 0) return [];
  const code = 'pods-without-sidecar';
  const what = `${pods} running Pods have no sidecar`;
  const where = `Namespace ${name}`;
  return [{ code, severity: 'info', cluster, where, what, action: FINDINGS[code].action }];
}
