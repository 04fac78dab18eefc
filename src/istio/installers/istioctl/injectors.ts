import type { ClusterClient } from '../../../kubernetes/client/cluster-client.js';
import type { RemoteInput } from '../../../rollout/resolve/resolved.js';
import type { Manifest } from '../../apply/manifests.js';
import type { Installation } from '../../apply/ownership.js';
import { switchedOff } from '../../inject/injector-webhook.js';
import type { Site } from '../../steps/site.js';
import { liveDefaultTag, remoteTagManifest } from './default-tag.js';
import type { Istioctls } from './istioctls.js';
import { remoteManifests } from './remote-manifests.js';
import { requireToolVersion } from './require-tool-version.js';

/** An address that nobody has: no injector webhook holds one. */
const NO_ADDRESS = '0.0.0.0';

/** Returns the webhooks that inject in a remote, as they are when they are on. */
export async function injectorsOf(
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
