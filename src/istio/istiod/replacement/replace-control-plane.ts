import type { PrimaryInput } from '../../../rollout/resolve/resolved.js';
import { applyManifest } from '../../apply/apply-manifests.js';
import type { Manifest } from '../../apply/manifests.js';
import {
  isReplaced,
  readControlPlaneDeployment,
  withReplacement,
} from '../../control-plane/control-plane-deployment.js';
import { nothing, type Site } from '../../steps/site.js';
import { waitUntil } from '../../steps/wait-until.js';
import { checkControlPlaneReady, makeBeforeBreak } from './make-before-break.js';
import { noteReplacement } from './note-replacement.js';

/**
 * Applies the Deployment of istiod. Where that replaces its Pods, the new ones come first: attached remotes are pointed at the
 * old ones and the new ones, then at the new ones alone, and only then the old ones go. An attempt that finds a replacement
 * under way continues it.
 *
 * @param manifest as the chart renders it
 * @returns how many objects were created or changed
 * @throws RolloutError `remotes-not-pointed`; `control-plane-not-ready`; ClusterError
 */
export async function replaceControlPlane(
  site: Site,
  input: PrimaryInput,
  manifest: Manifest,
): Promise<number> {
  const { cluster: primary, step } = site;
  const { signal } = step;
  const live = await readControlPlaneDeployment(primary, input, signal);
  const standing = withReplacement(manifest, live, 'standing');
  const replacement = await site.settle(async () => {
    const isOther = live !== undefined && (await isReplaced(primary, standing, live, signal));
    if (!isOther) return undefined;
    const replacing = withReplacement(manifest, live, 'replacing');
    return await makeBeforeBreak(site, input, async () =>
      Number(await applyManifest(primary, replacing, signal)),
    );
  }, nothing);
  const isApplied = await site.attempt(() => applyManifest(primary, standing, signal));
  await site.settle(
    () => waitUntil(step, () => checkControlPlaneReady(primary, input, signal)),
    () => noteReplacement(site, input, live),
  );
  if (replacement === undefined) return Number(isApplied ?? false);
  await replacement.remotes.point('at the new istiod');
  return replacement.changed;
}
