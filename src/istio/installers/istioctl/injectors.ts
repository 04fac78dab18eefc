import type { ClusterClient } from '../../../kubernetes/client/cluster-client.js';
import type { RemoteInput } from '../../../rollout/resolve/resolved.js';
import { type Manifest, objectOf } from '../../apply/manifests.js';
import type { Installation } from '../../apply/ownership.js';
import { switchedOff, switchOffAll } from '../../inject/injector-webhook.js';
import { liveDefaultTag } from '../../inject/live-default-tag.js';
import type { WebhookConfiguration } from '../../inject/webhook-configuration.js';
import { planInjectors, switchOnInjectors } from '../../istiod/injection/switch-on-injectors.js';
import type { RemoteInjector } from '../../istiod/istiod-way.js';
import type { Site } from '../../steps/site.js';
import { remoteTagManifest } from './default-tag.js';
import type { Istioctls } from './istioctls.js';
import { remoteManifests } from './remote-manifests.js';
import { requireToolVersion } from './require-tool-version.js';

/** An address that nobody has: no injector webhook holds one. */
const NO_ADDRESS = '0.0.0.0';

/** Returns how istioctl's way switches injection on and off: with the webhooks of the chart, or of the tag `default`. */
export function istioctlInjector(istioctls: Istioctls): RemoteInjector {
  const rendered = (site: Site, input: RemoteInput, signal: AbortSignal) =>
    injectorsOf(istioctls, site, input, signal);
  return {
    switchOn: async (site, input, mode, proofs) => {
      const { cluster, step } = site;
      return await switchOnInjectors(cluster, await rendered(site, input, step.signal), mode, proofs, step);
    },
    plan: async (site, input) => await planInjectors(site, await rendered(site, input, site.step.signal)),
    switchOff: async (site, input, signal) => {
      await switchOffAll(site.cluster, await rendered(site, input, signal), signal);
    },
    whenOn: async (site, input, signal) => {
      const manifests = await rendered(site, input, signal);
      return manifests.map((manifest) => objectOf<WebhookConfiguration>(manifest));
    },
  };
}

async function injectorsOf(
  istioctls: Istioctls,
  { cluster }: Site,
  input: RemoteInput,
  signal: AbortSignal,
): Promise<Manifest[]> {
  const { renderer } = await requireToolVersion(istioctls, input);
  const rendered = await remoteManifests(renderer, input, NO_ADDRESS, signal);
  return await injectorManifests(cluster, rendered.injector, rendered.installation, signal);
}

/**
 * The webhooks that inject in a remote. In one that `istioctl install` had set up once, the tag `default` does the
 * injecting and the injector is switched off; that stays so, for both together would inject twice (`istioctl analyze`:
 * IST0139).
 */
export async function injectorManifests(
  remote: ClusterClient,
  injector: Manifest,
  installation: Installation,
  signal: AbortSignal,
): Promise<Manifest[]> {
  const tag = installation.revision === 'default' ? await liveDefaultTag(remote, signal) : undefined;
  return tag === undefined
    ? [injector]
    : [remoteTagManifest(tag, injector, installation), switchedOff(injector)];
}
