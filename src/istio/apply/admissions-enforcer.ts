import { isDeepStrictEqual } from 'node:util';
import type { ManagedFields } from '../../kubernetes/client/objects.js';
import {
  mapWebhooks,
  type SelectorRequirement,
  type WebhookConfiguration,
  type WebhookSelector,
} from '../inject/webhook-configuration.js';
import { ISTIOCTL_MANAGER } from './ownership.js';

/**
 * AKS keeps webhooks away from its own namespaces: its admissions enforcer adds expressions to the `namespaceSelector` of
 * every webhook, and adds them again when they are taken away (Azure/AKS#1771, Azure/AKS#4002). The selector is one
 * field to the API server, so that an apply of Istio's own selector conflicts with it.
 */

/** The field manager of the enforcer. */
export const ADMISSIONS_ENFORCER = 'admissionsenforcer';

/** What Istio's charts select namespaces by (istio 1.31, templates/mutatingwebhook.yaml and revision-tags-mwc.yaml). */
const KEY_OF_ISTIO = /^(istio-injection|istio\.io\/.+|kubernetes\.io\/metadata\.name)$/;

/**
 * Returns the configuration with the expressions that the enforcer has added to the live one, so that applying it takes
 * nothing away from AKS. They narrow a selector and never widen it.
 *
 * Only selectors are looked at that the enforcer owns, or that we own because an earlier apply has kept its expressions:
 * one that somebody else has changed stays a conflict.
 */
export function withEnforcedExpressions(
  configuration: WebhookConfiguration,
  live: WebhookConfiguration,
): WebhookConfiguration {
  const selectors = new Map(live.webhooks?.map(({ name, namespaceSelector }) => [name, namespaceSelector]));
  return mapWebhooks(configuration, (webhook) => {
    const { name, namespaceSelector: own } = webhook;
    const current = selectors.get(name);
    if (own === undefined || current === undefined || !isKept(live, name)) return webhook;
    return { ...webhook, namespaceSelector: merged(own, current) };
  });
}

/** In the order of the live selector: a list in another order is another value. */
function merged(own: WebhookSelector, live: WebhookSelector): WebhookSelector {
  const { matchExpressions: ours = [] } = own;
  const { matchExpressions: theirs = [] } = live;
  const isIn = (list: readonly SelectorRequirement[], one: SelectorRequirement) =>
    list.some((other) => isDeepStrictEqual(one, other));
  const kept = theirs.filter((one) => !KEY_OF_ISTIO.test(one.key) || isIn(ours, one));
  const added = ours.filter((one) => !isIn(kept, one));
  return kept.length === 0 ? own : { ...own, matchExpressions: [...kept, ...added] };
}

/** Whether the live selector of a webhook is the enforcer's, or our own. */
function isKept({ metadata }: WebhookConfiguration, webhook: string): boolean {
  return (metadata.managedFields ?? []).some(
    (entry) =>
      (entry.manager === ADMISSIONS_ENFORCER ||
        (entry.manager === ISTIOCTL_MANAGER && entry.operation === 'Apply')) &&
      ownsSelector(entry, webhook),
  );
}

function ownsSelector({ fieldsV1 }: ManagedFields, webhook: string): boolean {
  const fields = fieldsV1 as { 'f:webhooks'?: Record<string, Record<string, unknown>> } | undefined;
  return (
    fields?.['f:webhooks']?.[`k:${JSON.stringify({ name: webhook })}`]?.['f:namespaceSelector'] !== undefined
  );
}
