import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import { collectionPath } from '../../kubernetes/client/kinds.js';
import type { ReadOptions } from '../../kubernetes/client/request-options.js';
import { REVISION_LABEL, TagLabel } from '../apply/ownership.js';
import type { ControlPlane } from '../control-plane/control-plane-pods.js';
import { injects } from './injector-webhook.js';
import type { WebhookConfiguration } from './webhook-configuration.js';

/** Injector webhooks of others that inject where this rollout is to inject. */
export interface ForeignInjectors {
  /** The tag `default`, where it belongs to another revision: the rollout would take it over. */
  readonly defaultTag?: string;
  /** An injector of another mesh: Pods would be injected twice. */
  readonly otherMesh?: string;
}

/**
 * Looks for injector webhooks of other revisions and meshes that inject the namespaces which ask a revision for sidecars.
 *
 * @throws ClusterError
 */
export async function findForeignInjectors(
  client: ClusterClient,
  controlPlane: ControlPlane,
  options: ReadOptions,
): Promise<ForeignInjectors> {
  const path = collectionPath('admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration');
  const query = { labelSelector: 'app=sidecar-injector' };
  return foreignInjectors(await client.list<WebhookConfiguration>(path, { ...options, query }), controlPlane);
}

/** See {@link findForeignInjectors}. */
export function foreignInjectors(
  live: readonly WebhookConfiguration[],
  { revision, istioNamespace }: ControlPlane,
): ForeignInjectors {
  const asking = revision === 'default' ? { 'istio-injection': 'enabled' } : { [REVISION_LABEL]: revision };
  const rivals = live.filter((configuration) => injects([configuration], asking));
  const tag = rivals.find(({ metadata: { labels = {} } }) => {
    return labels[TagLabel] !== undefined && (labels[REVISION_LABEL] ?? 'default') !== revision;
  });
  const other = rivals.find(({ metadata: { labels = {} }, webhooks = [] }) => {
    const namespaces = webhooks.map(({ clientConfig }) => clientConfig.service?.namespace);
    return (
      labels[TagLabel] === undefined &&
      namespaces.some((name) => name !== undefined && name !== istioNamespace)
    );
  });
  return {
    ...(tag && {
      defaultTag: `MutatingWebhookConfiguration ${tag.metadata.name} of revision ${tag.metadata.labels?.[REVISION_LABEL]}`,
    }),
    ...(other && { otherMesh: `MutatingWebhookConfiguration ${other.metadata.name}` }),
  };
}
