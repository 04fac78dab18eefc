import { concurrently } from '../../base/concurrency/concurrently.js';
import type { InjectionInput } from '../../rollout/activities.js';
import type { Proof, VerifyInjectionResult } from '../../rollout/progress/step-results.js';
import type { RemoteInput } from '../../rollout/resolve/resolved.js';
import { checkRootCertificate, readMeshRoot } from '../control-plane/root-certificate.js';
import { findPodsWithoutSidecar } from '../inject/pods-without-sidecar.js';
import {
  injectionProofs,
  namesOf,
  type ProbedNamespace,
  requireInjection,
  unprovenFindings,
} from '../inject/probed-namespaces.js';
import type { Site } from '../steps/site.js';
import { summarise } from '../steps/summarise.js';
import { waitUntil } from '../steps/wait-until.js';
import { probeNamespaces } from './injection/prove-injection.js';
import { withWorkingInjector } from './injection/working-injector.js';
import type { IstiodWay } from './istiod-way.js';

const CONCURRENCY = 4;

/**
 * The step `verify-injection`: a dry-run Pod in each labelled namespace comes back with the sidecar of this remote, and
 * each has the root certificate that sidecars need. Running Pods without a sidecar are counted: restarting them is the
 * user's business.
 */
export async function verifyInjection(
  way: IstiodWay,
  site: Site,
  input: InjectionInput,
): Promise<VerifyInjectionResult> {
  const { cluster, namespaces } = input;
  const probed = await site.settle(
    () => withWorkingInjector(way, site, input, () => probeInjection(site, input)),
    async () => [],
  );
  const { pods: podsWithoutSidecar, findings: ofPods } = await findPodsWithoutSidecar(
    site.cluster,
    namespaces.map(({ name }) => name),
    site.step.signal,
  );
  const pods = podsWithoutSidecar === 0 ? '' : `; ${podsWithoutSidecar} running Pods have no sidecar`;
  const injected = namesOf(probed, 'injected');
  const fact = `injection proven in ${injected.length} of ${probed.length} namespaces${pods}`;
  const findings = [...unprovenFindings(cluster, probed), ...ofPods];
  return {
    ...summarise(probed.length, 0, fact),
    ...(findings.length === 0 ? {} : { findings }),
    proofs: injectionProofs(probed),
    podsWithoutSidecar,
  };
}

/** What the step proves, also after a wave's minSuccessTime; see {@link probeInjection}. */
export async function proveInjection(
  site: Site,
  input: Pick<RemoteInput, 'cluster' | 'primary' | 'istioNamespace' | 'namespaces' | 'accept'>,
): Promise<Proof[]> {
  return injectionProofs(await probeInjection(site, input));
}

/**
 * Proves in the labelled namespaces of a remote that Pods are injected there and can start.
 *
 * @throws RolloutError `injection-missing`, `injection-refused`, `injection-not-proven` or `root-cert-missing`
 */
async function probeInjection(
  { cluster: remote, primary, step }: Site,
  input: Pick<RemoteInput, 'cluster' | 'primary' | 'istioNamespace' | 'namespaces' | 'accept'>,
): Promise<ProbedNamespace[]> {
  const { signal } = step;
  const { cluster, istioNamespace, namespaces, accept } = input;
  const root = await waitUntil(step, () => readMeshRoot(primary, istioNamespace, signal));
  const targets = namespaces.map(({ name }) => ({ name, labels: {} }));
  const probed = await probeNamespaces(remote, targets, step);
  requireInjection(cluster, probed, accept);
  await concurrently(namespaces, CONCURRENCY, ({ name }) =>
    waitUntil(step, () => checkRootCertificate(remote, name, root, signal)),
  );
  return probed;
}
