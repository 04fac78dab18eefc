import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import { ClusterError } from '../../kubernetes/errors/cluster-error.js';
import { MANAGED_BY } from '../../rollout/names.js';
import { RolloutError } from '../../rollout/rollout-error.js';
import { findProxy, judgeRefusal } from '../inject/injection-probe.js';
import { type ProbePod, probePod } from './probe-pod.js';

/** How the API server refuses a dry run before it calls a webhook that may have side effects, such as that of 1.4. */
const NO_DRY_RUN = /admission webhook "sidecar-injector\.istio\.io" does not support dry run/;

/** What a dry run of a Pod in a namespace showed. */
export type Selection =
  /** The injector is asked about Pods of the namespace. */
  | { readonly verdict: 'selected' }
  /** The injector is not asked: the Pod came back as it was sent. */
  | { readonly verdict: 'plain' }
  /** Something else refuses the Pod first, so that nothing is shown. */
  | { readonly verdict: 'unproven'; readonly reason: string };

/**
 * Shows whether the injector is asked about Pods of a namespace. Nothing is created and the injector is not called: the API
 * server refuses the dry run because the injector of 1.4 does not say that it has no side effects. It says the same while
 * the injector does not run. Where somebody has made the webhook support dry runs, the Pod comes back with a sidecar.
 *
 * @throws RolloutError `injection-missing` when the injector was called and failed; `namespace-not-ready`;
 * `permission-denied` when the credentials may not create Pods
 */
export async function readSelection(
  remote: ClusterClient,
  namespace: string,
  signal: AbortSignal,
): Promise<Selection> {
  const options = { fieldManager: MANAGED_BY, dryRun: true, signal };
  try {
    const pod = (await remote.create(probePod(namespace), options)) as ProbePod;
    return { verdict: findProxy(pod.spec) === undefined ? 'plain' : 'selected' };
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    if (error.status === 400 && NO_DRY_RUN.test(error.message)) return { verdict: 'selected' };
    judgeRefusal(error, namespace, remote.name);
    return { verdict: 'unproven', reason: error.message };
  }
}

/**
 * Proves that the injector is asked about Pods of a namespace.
 *
 * @returns `selected` or `unproven`
 * @throws RolloutError `injection-missing` when it is not asked; else as {@link readSelection}
 */
export async function checkSelection(
  remote: ClusterClient,
  namespace: string,
  signal: AbortSignal,
): Promise<Selection> {
  const selection = await readSelection(remote, namespace, signal);
  if (selection.verdict !== 'plain') return selection;
  throw new RolloutError(
    'injection-missing',
    `the injector is not asked about Pods of namespace ${namespace}`,
    {
      cluster: remote.name,
      action: 'Nothing: it is tried again. Look at the label istio-injection of the namespace if it lasts.',
    },
  );
}
