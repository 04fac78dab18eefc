import { concurrently } from '../../../base/concurrency/concurrently.js';
import type { InjectionInput } from '../../../rollout/activities.js';
import type { Proof, VerifyInjectionResult } from '../../../rollout/progress/step-results.js';
import { findPodsWithoutSidecar } from '../../inject/pods-without-sidecar.js';
import {
  injectionProofs,
  namesOf,
  type ProbedNamespace,
  requireInjection,
  unprovenFindings,
} from '../../inject/probed-namespaces.js';
import type { Site } from '../../steps/site.js';
import { summarise } from '../../steps/summarise.js';
import { waitUntil } from '../../steps/wait-until.js';
import { discoveryAddress, proveInjection as proveWithPod, sweepProbePods } from '../injection-proof.js';
import { checkSelection } from '../selection-proof.js';

const CONCURRENCY = 4;
/** API servers learn of a new webhook, and of a new label, within about a second. */
const WAIT = { intervalMs: 250, sliceMs: 15_000 };

/** Which namespaces are proven, and what the user has taken on. */
interface ProvenNamespaces {
  readonly cluster: string;
  readonly istioNamespace: string;
  readonly namespaces: readonly { readonly name: string }[];
  readonly accept: readonly string[];
}

/**
 * The step `verify-injection`: the injector is asked about Pods of each labelled namespace, and one real Pod, which never
 * runs, comes back with the sidecar of this remote. Running Pods without a sidecar are counted: restarting them is the
 * user's business.
 */
export async function verifyInjection(site: Site, input: InjectionInput): Promise<VerifyInjectionResult> {
  const { cluster, namespaces } = input;
  const probed = await site.settle(
    () => proveNamespaces(site, input),
    async () => [],
  );
  const names = namespaces.map(({ name }) => name);
  const { pods, findings: ofPods } = await findPodsWithoutSidecar(site.cluster, names, site.step.signal);
  const without = pods === 0 ? '' : `; ${pods} running Pods have no sidecar`;
  const fact = `injection proven in ${namesOf(probed, 'injected').length} of ${probed.length} namespaces${without}`;
  const findings = [...unprovenFindings(cluster, probed), ...ofPods];
  return {
    ...summarise(probed.length, 0, fact),
    ...(findings.length === 0 ? {} : { findings }),
    proofs: injectionProofs(probed),
    podsWithoutSidecar: pods,
  };
}

/** What the step proves, also after a wave's minSuccessTime; see {@link proveNamespaces}. */
export async function proveInjection(site: Site, input: ProvenNamespaces): Promise<Proof[]> {
  return injectionProofs(await proveNamespaces(site, input));
}

/**
 * Proves in labelled namespaces of a remote that Pods are injected: that the injector is asked by a dry run in each, and what
 * it makes of a Pod by one real Pod in the first of them that allows it.
 *
 * @throws RolloutError `injection-missing`, `injection-not-proven`, `namespace-not-ready` or `permission-denied`
 */
export async function proveNamespaces(
  { cluster: remote, step }: Site,
  { cluster, istioNamespace, namespaces, accept }: ProvenNamespaces,
): Promise<ProbedNamespace[]> {
  const { signal } = step;
  const names = namespaces.map(({ name }) => name);
  await sweepProbePods(remote, names, signal);
  const probed = await concurrently(names, CONCURRENCY, async (name): Promise<ProbedNamespace> => {
    step.heartbeat(`tries a Pod in namespace ${name}`);
    const selection = await waitUntil(step, () => checkSelection(remote, name, signal), WAIT);
    return { name, verdict: selection.verdict === 'unproven' ? selection : { verdict: 'injected' } };
  });
  requireInjection(cluster, probed, accept);
  for (const [index, { name, verdict }] of probed.entries()) {
    if (verdict.verdict !== 'injected') continue;
    step.heartbeat(`creates a Pod in namespace ${name}`);
    const expected = { namespace: name, cluster, discoveryAddress: discoveryAddress(istioNamespace) };
    const shown = await waitUntil(step, () => proveWithPod(remote, expected, signal), WAIT);
    probed[index] = { name, verdict: shown };
    if (shown.verdict === 'injected') break;
  }
  requireInjection(cluster, probed, accept);
  return probed;
}
