import type { RemoteInput } from '../../../rollout/resolve/resolved.js';
import type { Manifest } from '../../apply/manifests.js';
import { injectorManifests } from '../../inject/injector-webhook.js';
import type { Site } from '../../steps/site.js';
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
