import type { KubernetesObject } from '../../../kubernetes/client/objects.js';
import type { PrimaryInput } from '../../../rollout/resolve/resolved.js';
import { type Manifest, manifestOf, objectOf } from '../../apply/manifests.js';
import {
  type Installation,
  NotPrunedLabel,
  ownerLabels,
  REVISION_LABEL,
  TagLabel,
} from '../../apply/ownership.js';
import type { WebhookConfiguration } from '../../inject/webhook-configuration.js';
import { defaultTagOperator } from './istio-operator.js';
import type { Renderer } from './renderer.js';

/**
 * The tag `default` of a cluster: which revision `istio-injection=enabled` means. `istioctl install` gives it to the
 * first installation of a cluster, beside what it renders (istio 1.31, operator/pkg/webhook/webhook.go,
 * istioctl/pkg/tag/generate.go): a webhook, a Service and a validating webhook; it switches the injector of the
 * default revision off, because the tag's webhook does the same.
 */

/** Not pruned by a later install, because its manifests do not contain them. */
const TAG_LABELS = { [NotPrunedLabel]: 'true', [TagLabel]: 'default' };

/**
 * Whether an installation of the revision has the tag: the default revision always, another one when it is the first,
 * or when it was.
 */
export function hasDefaultTag(revision: string, live: WebhookConfiguration | undefined): boolean {
  return revision === 'default' || live === undefined || live.metadata.labels?.[REVISION_LABEL] === revision;
}

/**
 * The tag's objects for a primary; the webhook is the last.
 *
 * @param injector the rendered injector of the revision, whose labels and way to istiod the tag takes over
 * @throws RolloutError `render-failed`
 */
export async function defaultTagManifests(
  renderer: Renderer,
  input: PrimaryInput,
  injector: WebhookConfiguration,
  signal: AbortSignal,
): Promise<Manifest[]> {
  const { revision, istioNamespace } = input;
  const operator = defaultTagOperator(input);
  const { installation, manifests } = await renderer.render({ operator, revision, istioNamespace }, signal);
  const rendered = (kind: string) =>
    manifests
      .filter((manifest) => manifest.kind === kind)
      .map((manifest) => objectOf(manifest))
      .filter(({ metadata }) => metadata.labels?.[TagLabel] === 'default');

  const services = rendered('Service').map((service) => selectingRevision(service, revision));
  const validators = manifests
    .filter(({ name }) => name === 'istiod-default-validator')
    .map((manifest) => excludeRevisioned(objectOf(manifest), injector));
  const webhooks = rendered('MutatingWebhookConfiguration').map((webhook) =>
    withClientConfigOf(injector, webhook),
  );
  return [...services, ...validators, ...webhooks].map((object) => tagManifest(object, installation));
}

/**
 * The tag's webhook in a remote whose default revision was once made by `istioctl install`: it must change with the
 * injector that stands behind it. For the default revision both have the same webhooks.
 */
export function remoteTagManifest(
  live: WebhookConfiguration,
  injector: Manifest,
  installation: Installation,
): Manifest {
  const { metadata, ...rest } = objectOf<WebhookConfiguration>(injector);
  return tagManifest({ ...rest, metadata: { ...metadata, name: live.metadata.name } }, installation);
}

function tagManifest(object: KubernetesObject, installation: Installation): Manifest {
  return manifestOf(object, 'Pilot', {
    ...ownerLabels(installation),
    'operator.istio.io/component': 'Pilot',
    ...TAG_LABELS,
  });
}

/** `istioctl` renders the Service with the revision by its name, where the chart on its own says '' and `istio: pilot`. */
function selectingRevision(service: KubernetesObject, revision: string): KubernetesObject {
  const { spec } = service as KubernetesObject & { spec: object };
  return {
    ...service,
    spec: { ...spec, selector: { app: 'istiod', [REVISION_LABEL]: revision } },
  } as KubernetesObject;
}

/** The validator of charts/default, where the base chart's would also validate what names a revision. */
function excludeRevisioned(
  validator: WebhookConfiguration,
  injector: WebhookConfiguration,
): WebhookConfiguration {
  const { app, ...labels } = injector.metadata.labels ?? {};
  return {
    ...validator,
    metadata: { ...validator.metadata, labels: { ...validator.metadata.labels, ...labels } },
    webhooks: (validator.webhooks ?? []).map((webhook) => ({
      ...webhook,
      objectSelector: { matchExpressions: [{ key: REVISION_LABEL, operator: 'DoesNotExist' }] },
    })),
  };
}

/** The tag's webhooks call istiod the way the injector does, and carry the injector's annotations. */
function withClientConfigOf(injector: WebhookConfiguration, tag: WebhookConfiguration): WebhookConfiguration {
  const clientConfig = injector.webhooks?.[0]?.clientConfig ?? {};
  const { annotations } = injector.metadata;
  return {
    ...tag,
    metadata: { ...tag.metadata, ...(annotations === undefined ? {} : { annotations }) },
    webhooks: (tag.webhooks ?? []).map((webhook) => ({ ...webhook, clientConfig })),
  };
}
