import { concurrently } from '../../base/concurrency/concurrently.js';
import { readNamespace } from '../../kubernetes/facts/namespaces.js';
import type { InjectionInput } from '../../rollout/activities.js';
import type { Finding } from '../../rollout/checks/findings.js';
import { FINDINGS } from '../../rollout/codes.js';
import type { Proof, VerifyInjectionResult } from '../../rollout/progress/step-results.js';
import type { RemoteInput } from '../../rollout/resolve/resolved.js';
import { checkRootCertificate, readMeshRoot } from '../control-plane/root-certificate.js';
import { countPodsWithoutSidecar } from '../inject/pods-without-sidecar.js';
import type { Site } from '../steps/site.js';
import { summarise } from '../steps/summarise.js';
import { waitUntil } from '../steps/wait-until.js';
import {
  type ProbedNamespace,
  probeNamespaces,
  requireInjection,
  unprovenFindings,
} from './injection/prove-injection.js';
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
  const counts = await concurrently(namespaces, CONCURRENCY, ({ name }) => countIn(site, name));
  const podsWithoutSidecar = counts.reduce((sum, each) => sum + each.pods, 0);
  const pods = podsWithoutSidecar === 0 ? '' : `; ${podsWithoutSidecar} running Pods have no sidecar`;
  const injected = namesOf(probed, 'injected');
  const fact = `injection proven in ${injected.length} of ${probed.length} namespaces${pods}`;
  const findings = [
    ...unprovenFindings(cluster, probed),
    ...counts.flatMap((count) => sidecarFindings(cluster, count)),
  ];
  return {
    ...summarise(probed.length, 0, fact),
    ...(findings.length === 0 ? {} : { findings }),
    proofs: proofsOf(probed),
    podsWithoutSidecar,
  };
}

/** A namespace that is missing has no Pods; on a plan that is a finding already. */
async function countIn({ cluster, step }: Site, name: string): Promise<{ name: string; pods: number }> {
  const { signal } = step;
  const exists = (await readNamespace(cluster, name, { signal })) !== undefined;
  return { name, pods: exists ? await countPodsWithoutSidecar(cluster, name, signal) : 0 };
}

/** Returns what was proven of injection. A policy can refuse the Pod of a probe, so that nothing is proven there. */
function proofsOf(probed: readonly ProbedNamespace[]): Proof[] {
  const what = 'injection';
  const [injected, unproven] = [namesOf(probed, 'injected'), namesOf(probed, 'unproven')];
  return [
    ...(injected.length === 0 ? [] : [{ what, value: injected.join(', '), proven: true }]),
    ...(unproven.length === 0 ? [] : [{ what, value: unproven.join(', '), proven: false }]),
  ];
}

/** What the step proves, also after a wave's minSuccessTime; see {@link probeInjection}. */
export async function proveInjection(
  site: Site,
  input: Pick<RemoteInput, 'cluster' | 'primary' | 'istioNamespace' | 'namespaces' | 'accept'>,
): Promise<Proof[]> {
  return proofsOf(await probeInjection(site, input));
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
