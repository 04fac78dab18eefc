import type { ClusterClient } from '../../../kubernetes/client/cluster-client.js';
import type { KubernetesObject } from '../../../kubernetes/client/objects.js';
import { RolloutError } from '../../../rollout/rollout-error.js';
import type { Site } from '../../steps/site.js';
import type { CommandLine } from './command-lines.js';
import { type Difference, findDifferences } from './differences.js';
import { planDifferences } from './plan-differences.js';
import type { Istioctl14, RunOptions } from './tool.js';

/** How many differences a message names. */
const MOST_NAMED = 5;

/**
 * Makes a cluster what the manifests say, by istioctl; on a plan by dry runs.
 *
 * @returns what differed before
 * @throws as {@link applyDifferences}
 */
export async function applyOnSite(
  tool: Istioctl14,
  line: CommandLine,
  site: Site,
  manifests: readonly KubernetesObject[],
): Promise<Difference[]> {
  const { cluster, step } = site;
  step.heartbeat(`compares ${manifests.length} objects with the cluster`);
  const onLine = (text: string) => step.heartbeat(`istioctl: ${text}`);
  return await site.settle(
    () => applyDifferences(tool, line, cluster, manifests, { signal: step.signal, onLine }),
    () => planDifferences(site, manifests),
  );
}

/**
 * Runs `manifest apply` where the cluster differs from the manifests, and looks again afterwards: istioctl reports success
 * also where it has just deleted what another of its kubectl had applied.
 *
 * @param manifests what the command line renders ({@link Renderings})
 * @returns what differed before; nothing was run where that is empty
 * @throws RolloutError `field-conflict` where somebody else sets other values again; `api-unavailable` where something is
 * still missing, which is retried; else as {@link Istioctl14.apply}
 */
export async function applyDifferences(
  tool: Istioctl14,
  line: CommandLine,
  client: ClusterClient,
  manifests: readonly KubernetesObject[],
  options: RunOptions,
): Promise<Difference[]> {
  const before = await findDifferences(client, manifests, options.signal);
  if (before.length === 0) return [];
  await tool.apply(line, client, options);
  const after = await findDifferences(client, manifests, options.signal);
  if (after.length === 0) return before;
  const named = after.slice(0, MOST_NAMED).map(({ what }) => what);
  const others = after.length > MOST_NAMED ? ` and ${after.length - MOST_NAMED} more` : '';
  const isMissing = after.some(({ action }) => action === 'create');
  throw new RolloutError(
    isMissing ? 'api-unavailable' : 'field-conflict',
    `after istioctl has applied its manifests, the cluster still differs: ${named.join(', ')}${others}`,
    {
      cluster: client.name,
      action: isMissing
        ? 'Nothing: it is applied again.'
        : 'Find out what sets these fields to other values, and make it leave them; then retry the cluster.',
    },
  );
}
