import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject } from '../../kubernetes/client/objects.js';
import type { WebhookField } from '../apply/field-conflicts.js';

/** A MutatingWebhookConfiguration or ValidatingWebhookConfiguration, as far as it matters here. */
export interface WebhookConfiguration extends KubernetesObject {
  readonly webhooks?: readonly Webhook[];
}

interface Webhook {
  readonly name: string;
  readonly clientConfig: {
    /** PEM in base64. */
    readonly caBundle?: string;
    readonly service?: { readonly name: string; readonly namespace: string; readonly path?: string };
    readonly url?: string;
  };
  readonly failurePolicy?: string;
  readonly reinvocationPolicy?: string;
  readonly namespaceSelector?: WebhookSelector;
  readonly objectSelector?: WebhookSelector;
}

export interface WebhookSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly SelectorRequirement[];
}

export interface SelectorRequirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

/** Selects nothing; istioctl's own words for a webhook that was switched off (istio 1.31, istioctl/pkg/util/common.go). */
const NEVER: WebhookSelector = { matchLabels: { 'istio.io/deactivated': 'never-match' } };

/** The configuration with every webhook switched off: what `istioctl install` makes of the injector beside a tag. */
export function deactivated(configuration: WebhookConfiguration): WebhookConfiguration {
  return mapWebhooks(configuration, (webhook) => ({
    ...webhook,
    namespaceSelector: NEVER,
    objectSelector: NEVER,
  }));
}

/** Whether a configuration looks at no Pod at all. */
export function isSwitchedOff({ webhooks = [] }: WebhookConfiguration): boolean {
  return webhooks.every(({ namespaceSelector }) => isDeepStrictEqual(namespaceSelector, NEVER));
}

/** The configuration without some of the fields that istiod keeps up to date. */
export function withoutFields(
  configuration: WebhookConfiguration,
  fields: readonly WebhookField[],
): WebhookConfiguration {
  return mapWebhooks(configuration, (webhook) => {
    const { caBundle, ...clientConfig } = webhook.clientConfig;
    const { failurePolicy, ...rest } = webhook;
    return {
      ...rest,
      ...(failurePolicy === undefined || fields.includes('failurePolicy') ? {} : { failurePolicy }),
      clientConfig:
        caBundle === undefined || fields.includes('caBundle') ? clientConfig : { ...clientConfig, caBundle },
    };
  });
}

/** The configuration with the CAs that the live one has in webhooks of the same name. */
export function withLiveCAs(
  configuration: WebhookConfiguration,
  live: WebhookConfiguration,
): WebhookConfiguration {
  const bundles = new Map(live.webhooks?.map(({ name, clientConfig }) => [name, clientConfig.caBundle]));
  return mapWebhooks(configuration, (webhook) => {
    const caBundle = bundles.get(webhook.name);
    return caBundle ? { ...webhook, clientConfig: { ...webhook.clientConfig, caBundle } } : webhook;
  });
}

/** Whether a selector matches labels; an absent one matches everything, as in the API. */
export function selects(
  selector: WebhookSelector | undefined,
  labels: Readonly<Record<string, string>>,
): boolean {
  const { matchLabels = {}, matchExpressions = [] } = selector ?? {};
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every((requirement) => meets(requirement, labels))
  );
}

function meets(
  { key, operator, values = [] }: SelectorRequirement,
  labels: Readonly<Record<string, string>>,
): boolean {
  const value = labels[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return false;
  }
}

/** The configuration with each of its webhooks changed. */
export function mapWebhooks(
  configuration: WebhookConfiguration,
  change: (webhook: Webhook) => Webhook,
): WebhookConfiguration {
  return { ...configuration, webhooks: (configuration.webhooks ?? []).map(change) };
}
