import type { RemoteInput } from '../../../../rollout/resolve/resolved.js';
import { objectOf } from '../../../apply/manifests.js';
import type { WebhookConfiguration } from '../../../inject/webhook-configuration.js';
import type { RemoteInjector } from '../../../istiod/istiod-way.js';
import type { Site } from '../../../steps/site.js';
import { injectorsOf, removeDefaultTag, removeInjectors } from '../injector.js';
import type { WantedRelease } from '../renderer.js';
import type { HelmTools } from '../tool/helm-tools.js';
import { rootSoFar } from './mesh-root.js';
import { releaseOptions } from './release-options.js';
import { switchOnByUpgrade } from './switch-on.js';
import { writeRelease } from './write-release.js';

/** Returns how Helm's way switches injection on and off in a remote: by a second upgrade, and by deleting the webhook. */
export function helmInjector(tools: HelmTools): RemoteInjector {
  const complete = async (
    { primary }: Site,
    input: RemoteInput,
    signal: AbortSignal,
  ): Promise<WantedRelease> => {
    const { renderer } = await tools.require(input, signal);
    const root = await rootSoFar(primary, input.istioNamespace, signal);
    return (await renderer.remote(input, { injector: 'present', root }, signal)).istiod;
  };
  return {
    switchOn: async (site, input, mode, proofs) => {
      const { cluster, step } = site;
      const { helm } = await tools.require(input, step.signal);
      const release = await complete(site, input, step.signal);
      const options = releaseOptions(input, step);
      const changed = await switchOnByUpgrade(site, helm, release, mode, proofs, options);
      return changed + (await removeDefaultTag(cluster, input, step.signal));
    },
    plan: async (site, input) => {
      const { step } = site;
      const { helm } = await tools.require(input, step.signal);
      const release = await complete(site, input, step.signal);
      return (await writeRelease(site, helm, release, releaseOptions(input, step))).changed;
    },
    switchOff: async (site, input, signal) => {
      await removeInjectors(site.cluster, injectorsOf(await complete(site, input, signal)), signal);
    },
    whenOn: async (site, input, signal) => {
      const manifests = injectorsOf(await complete(site, input, signal));
      return manifests.map((manifest) => objectOf<WebhookConfiguration>(manifest));
    },
  };
}
