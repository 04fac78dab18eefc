import type { ClusterClient } from '../../../kubernetes/client/cluster-client.js';
import { collectionPath } from '../../../kubernetes/client/kinds.js';
import type { ReadOptions } from '../../../kubernetes/client/request-options.js';
import { FINDINGS, type FindingCode } from '../../../rollout/codes.js';
import type { RemoteInput } from '../../../rollout/resolve/resolved.js';
import { RolloutError } from '../../../rollout/rollout-error.js';
import { findOwnControlPlane } from '../../control-plane/own-control-plane.js';
import { injects } from '../../inject/injector-webhook.js';
import type { WebhookConfiguration } from '../../inject/webhook-configuration.js';

const LABELLED = { 'istio-injection': 'enabled' };

/**
 * Returns an injector of another mesh, or of another release, that injects the namespaces which the rollout labels; undefined
 * when there is none. The one in Istio's namespace, behind the Service `istio-sidecar-injector`, is the rollout's own.
 *
 * @throws ClusterError
 */
export async function findForeignInjector(
  client: ClusterClient,
  istioNamespace: string,
  options: ReadOptions,
): Promise<string | undefined> {
  const path = collectionPath('admissionregistration.k8s.io/v1beta1', 'MutatingWebhookConfiguration');
  const all = await client.list<WebhookConfiguration>(path, options);
  const foreign = all.find(
    (configuration) => injects([configuration], LABELLED) && isInjector(configuration, istioNamespace),
  );
  return foreign && `MutatingWebhookConfiguration ${foreign.metadata.name}`;
}

/** Whether some webhook is an injector of Istio, whatever its release is, but not that of the rollout. */
function isInjector({ webhooks = [] }: WebhookConfiguration, istioNamespace: string): boolean {
  return webhooks.some(({ name, clientConfig: { service } }) => {
    const isOwn = service?.namespace === istioNamespace && service.name === 'istio-sidecar-injector';
    return name.endsWith('sidecar-injector.istio.io') && !isOwn;
  });
}

/**
 * Refuses a remote that belongs to another control plane, right before the first change: days may have passed since the
 * checks.
 *
 * @throws RolloutError `remote-taken`
 */
export async function refuseTaken(
  remote: ClusterClient,
  { istioNamespace, accept }: RemoteInput,
  signal: AbortSignal,
): Promise<void> {
  const [own, injector] = await Promise.all([
    findOwnControlPlane(remote, istioNamespace, { signal }),
    findForeignInjector(remote, istioNamespace, { signal }),
  ]);
  const refuse = (code: FindingCode, what: string | undefined) => {
    if (what === undefined || accept.includes(code)) return;
    throw new RolloutError('remote-taken', what, { cluster: remote.name, action: FINDINGS[code].action });
  };
  refuse('own-control-plane', own && `it runs a control plane of its own: ${own}`);
  refuse('injector-elsewhere', injector && `${injector} injects for another mesh`);
}
