import type { ClusterClient } from '../../../kubernetes/client/cluster-client.js';
import type { PrimaryInput } from '../../../rollout/resolve/resolved.js';
import { type Manifest, objectOf } from '../../apply/manifests.js';
import type { Installation } from '../../apply/ownership.js';
import { switchedOff } from '../../inject/injector-webhook.js';
import { liveDefaultTag } from '../../inject/live-default-tag.js';
import type { WebhookConfiguration } from '../../inject/webhook-configuration.js';
import { defaultTagManifests, hasDefaultTag } from './default-tag.js';
import { primaryOperator } from './istio-operator.js';
import type { Renderer } from './renderer.js';

/** Everything that goes into a primary, in the order in which it is applied. */
export interface PrimaryManifests {
  readonly installation: Installation;
  /** Base and istiod, without the webhooks that inject. */
  readonly controlPlane: readonly Manifest[];
  /**
   * The webhooks that inject, and what belongs to the tag `default`. They come when istiod runs, one after the other:
   * a tag is there before the injector behind it is switched off.
   */
  readonly injection: readonly Manifest[];
  /** Gateways of the profile; their Pods are injected. */
  readonly gateways: readonly Manifest[];
}

/**
 * Renders what `istioctl install` would leave in the primary.
 *
 * @throws RolloutError `render-failed`, ClusterError
 */
export async function primaryManifests(
  renderer: Renderer,
  primary: ClusterClient,
  input: PrimaryInput,
  signal: AbortSignal,
): Promise<PrimaryManifests> {
  const { revision, istioNamespace } = input;
  const operator = primaryOperator(input);
  const { installation, manifests } = await renderer.render({ operator, revision, istioNamespace }, signal);
  const isInjector = ({ kind }: Manifest) => kind === 'MutatingWebhookConfiguration';
  const isGateway = ({ component }: Manifest) => component.endsWith('Gateways');
  return {
    installation,
    controlPlane: manifests.filter((manifest) => !isInjector(manifest) && !isGateway(manifest)),
    injection: await injection(renderer, primary, input, manifests.filter(isInjector), signal),
    gateways: manifests.filter(isGateway),
  };
}

async function injection(
  renderer: Renderer,
  primary: ClusterClient,
  input: PrimaryInput,
  injectors: readonly Manifest[],
  signal: AbortSignal,
): Promise<Manifest[]> {
  const [injector] = injectors;
  // With `global.operatorManageWebhooks` somebody else brings the webhooks.
  if (injector === undefined) return [];
  if (!hasDefaultTag(input.revision, await liveDefaultTag(primary, signal))) return [...injectors];
  const tag = await defaultTagManifests(renderer, input, objectOf<WebhookConfiguration>(injector), signal);
  return input.revision === 'default' ? [...tag, switchedOff(injector)] : [injector, ...tag];
}
