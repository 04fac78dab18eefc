import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import { collectionPath, objectPath } from '../../kubernetes/client/kinds.js';
import type { KubernetesObject, ObjectReference } from '../../kubernetes/client/objects.js';
import { referenceOf } from '../../kubernetes/client/objects.js';
import { ClusterError } from '../../kubernetes/errors/cluster-error.js';
import { MANAGED_BY } from '../../rollout/names.js';
import { RolloutError } from '../../rollout/rollout-error.js';
import { findProxy, judgePod, judgeRefusal, type PodSpec } from '../inject/injection-probe.js';
import { PROBE_LABELS, type ProbePod, probePod } from './probe-pod.js';

/** The API server waits 30 s for a webhook of v1beta1; its answer says more than silence. */
const CREATE_TIMEOUT_MS = 35_000;
/** The Pod is deleted also when its rollout was cancelled, which must not hang. */
const DELETE_TIMEOUT_MS = 5_000;

/** Which sidecar a Pod has to get. */
export interface ExpectedSidecar {
  /** A namespace that is labelled for injection. */
  readonly namespace: string;
  /** Name of the cluster in the mesh. */
  readonly cluster: string;
  /** Where the sidecar finds pilot ({@link discoveryAddress}). */
  readonly discoveryAddress: string;
}

/** What a real Pod showed. */
export type InjectionVerdict =
  | { readonly verdict: 'injected' }
  /** Something else than the injector refuses the Pod, so that nothing is shown. */
  | { readonly verdict: 'unproven'; readonly reason: string };

/** The address of pilot in sidecars of a remote whose Services lead to the control plane. */
export function discoveryAddress(istioNamespace: string): string {
  return `istio-pilot.${istioNamespace}:15010`;
}

/**
 * Creates a Pod in a labelled namespace, looks at the sidecar that it has got, and deletes it. No scheduler takes the Pod,
 * so that it never runs. A dry run does not do: the injector of 1.4 is not called for it.
 *
 * @throws RolloutError `injection-missing` when the Pod has no sidecar, that of another cluster, or one that looks for pilot
 * elsewhere, or when the injector could not be called; `namespace-not-ready`; `permission-denied`
 */
export async function proveInjection(
  remote: ClusterClient,
  expected: ExpectedSidecar,
  signal: AbortSignal,
): Promise<InjectionVerdict> {
  const { namespace, cluster } = expected;
  const pod = probePod(namespace);
  try {
    // Inside: an answer that is lost may be that of a Pod that was created.
    const options = { fieldManager: MANAGED_BY, timeoutMs: CREATE_TIMEOUT_MS, signal };
    judge((await remote.create(pod, options)) as ProbePod, expected);
    return { verdict: 'injected' };
  } catch (error) {
    return inWordsOf14(() => {
      if (!(error instanceof ClusterError)) throw error;
      judgeRefusal(error, namespace, cluster);
      return { verdict: 'unproven', reason: error.message };
    });
  } finally {
    await remove(remote, referenceOf(pod), AbortSignal.timeout(DELETE_TIMEOUT_MS)).catch(() => {
      // The next run sweeps it away; until then it does nothing.
    });
  }
}

/**
 * Deletes the Pods that proofs of killed workers have left behind.
 *
 * @param namespaces in which there may be some
 * @returns how many
 */
export async function sweepProbePods(
  remote: ClusterClient,
  namespaces: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const labels = Object.entries(PROBE_LABELS).map(([key, value]) => `${key}=${value}`);
  let swept = 0;
  for (const namespace of namespaces) {
    const options = { query: { labelSelector: labels.join(',') }, signal };
    const left = await remote.list<KubernetesObject>(collectionPath('v1', 'Pod', namespace), options);
    for (const { metadata } of left) {
      await remove(remote, { apiVersion: 'v1', kind: 'Pod', namespace, name: metadata.name }, signal);
      swept += 1;
    }
  }
  return swept;
}

function judge({ spec }: ProbePod, { namespace, cluster, discoveryAddress: wanted }: ExpectedSidecar): void {
  judgePod(spec, namespace, cluster);
  const address = argumentOf(spec, '--discoveryAddress');
  if (address === wanted) return;
  const message = `the sidecar of a probe Pod in namespace ${namespace} looks for pilot at ${address ?? 'no address'}, not ${wanted}`;
  throw new RolloutError('injection-missing', message, { cluster });
}

function argumentOf(spec: PodSpec, flag: string): string | undefined {
  const proxy = findProxy(spec) as { readonly args?: readonly string[] } | undefined;
  const index = proxy?.args?.indexOf(flag) ?? -1;
  return index < 0 ? undefined : proxy?.args?.[index + 1];
}

/** Runs `judge`; what it says about the injector names what a person can look at in 1.4. */
function inWordsOf14<T>(judge: () => T): T {
  try {
    return judge();
  } catch (error) {
    if (!(error instanceof RolloutError) || error.code !== 'injection-missing') throw error;
    const { code, message, cluster, cause } = error;
    throw new RolloutError(code, message, {
      ...(cluster !== undefined && { cluster }),
      cause,
      action:
        'Nothing: it is tried again. Check that the API server of the remote reaches the Pods of istio-sidecar-injector on port 9443 if it lasts.',
    });
  }
}

/** Deletes a Pod at once: there is no kubelet that would end it. */
async function remove(remote: ClusterClient, pod: ObjectReference, signal: AbortSignal): Promise<void> {
  const body = { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0 };
  try {
    await remote.request('DELETE', objectPath(pod), { body, signal });
  } catch (error) {
    if (!(error instanceof ClusterError) || error.status !== 404) throw error;
  }
}
