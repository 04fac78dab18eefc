import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import { collectionPath } from '../../kubernetes/client/kinds.js';
import { TagLabel } from '../apply/ownership.js';
import type { WebhookConfiguration } from './webhook-configuration.js';

/** Returns the live webhook of the tag `default`; undefined when the cluster has no default revision. */
export async function liveDefaultTag(
  client: ClusterClient,
  signal: AbortSignal,
): Promise<WebhookConfiguration | undefined> {
  const path = collectionPath('admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration');
  const query = { labelSelector: `app=sidecar-injector,${TagLabel}=default` };
  return (await client.list<WebhookConfiguration>(path, { query, signal }))[0];
}
