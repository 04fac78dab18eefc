import type { ClusterClient } from '../../../kubernetes/client/cluster-client.js';
import { TRIAL_LABELS } from '../../inject/injection-trial.js';
import { labelledNamespaces } from '../../inject/labelled-namespaces.js';
import { requireInjection } from '../../inject/probed-namespaces.js';
import type { StepContext } from '../../steps/step-context.js';
import { probeNamespaces } from './prove-injection.js';
import type { InjectorProofs } from './switch-on-injectors.js';

/** What the proofs are about. */
export interface ProofScope {
  readonly istioNamespace: string;
  readonly revision: string;
  /** Codes of findings that the user has taken on for the cluster. */
  readonly accept: readonly string[];
  /** The injector is on already: it decides nothing new about namespaces that ask for sidecars. */
  readonly wasLive: boolean;
  /** The namespaces that the document names for the cluster. */
  readonly namespaces: readonly { readonly name: string }[];
}

/**
 * Returns the proofs around switching an injector on. Before: Pods in the namespaces of the document, and in those that ask
 * for sidecars already, are injected, or refused with and without a sidecar alike. After: Pods in those that ask already
 * are injected. Where nothing asks, a Pod in Istio's own namespace shows that istiod is reached.
 */
export async function injectorProofs(
  client: ClusterClient,
  { istioNamespace, revision, accept, wasLive, namespaces }: ProofScope,
  step: StepContext,
): Promise<InjectorProofs> {
  const named = namespaces.map(({ name }) => name);
  const asking = wasLive ? [] : await labelledNamespaces(client, revision, step.signal);
  const others = asking.filter((name) => !named.includes(name));
  return {
    before: async () => {
      const affected = await probeNamespaces(
        client,
        [
          ...named.map((name) => ({ name, labels: TRIAL_LABELS })),
          ...others.map((name) => ({ name, labels: TRIAL_LABELS, optional: true })),
        ],
        step,
      );
      const isNamed = ({ name }: { name: string }) => named.includes(name);
      requireInjection(client.name, affected.filter(isNamed), accept);
      requireInjection(client.name, affected, [...accept, 'injection-unproven']);
      if (affected.some(({ verdict }) => verdict.verdict === 'injected')) return;
      await probeNamespaces(client, [{ name: istioNamespace, labels: TRIAL_LABELS }], step);
    },
    after: async () => {
      const targets = asking.map((name) => ({ name, labels: {}, optional: true }));
      await probeNamespaces(client, targets, step);
    },
  };
}
