import type { Site } from '../../../steps/site.js';
import {
  type EnsuredRelease,
  type EnsureOptions,
  ensureRelease,
  planRelease,
} from '../release/ensure-release.js';
import type { WantedRelease } from '../renderer.js';
import type { Helm } from '../tool/helm.js';

/** Makes a release what it is to be; on a plan, tries what Helm would do. */
export async function writeRelease(
  site: Site,
  helm: Helm,
  wanted: WantedRelease,
  options: EnsureOptions,
): Promise<EnsuredRelease> {
  return await site.settle(
    () => ensureRelease(site.cluster, helm, wanted, options),
    async (dryRun) => {
      await site.attempt(() => planRelease(dryRun, wanted, options.takeOwnership, options.signal));
      return { objects: wanted.objects.length, changed: 0 };
    },
  );
}
