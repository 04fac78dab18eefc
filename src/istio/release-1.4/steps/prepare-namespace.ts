import type { StepResult } from '../../../rollout/progress/step-results.js';
import type { RemoteInput } from '../../../rollout/resolve/resolved.js';
import { leaderAnnotations, readUsable } from '../../control-plane/istio-namespace.js';
import type { Site } from '../../steps/site.js';
import { summarise } from '../../steps/summarise.js';
import { writeIstioNamespace } from '../istio-namespace.js';
import { refuseTaken } from './refuse-taken.js';

/**
 * The step `prepare-namespace`: Istio's namespace in the remote, annotated with the primary to which it is attached. Istio
 * 1.4 does not read the annotation; rollouts do.
 */
export async function prepareNamespace(site: Site, input: RemoteInput): Promise<StepResult> {
  const { cluster, step } = site;
  const { signal } = step;
  const { istioNamespace, primary, accept } = input;
  await site.attempt(() => refuseTaken(cluster, input, signal));
  const changed = await site.attempt(async () => {
    const live = await readUsable(cluster, istioNamespace, signal);
    const move = accept.includes('attached-elsewhere');
    const { annotations } = leaderAnnotations(cluster, live, input, move);
    return await writeIstioNamespace(cluster, istioNamespace, live, annotations, signal);
  });
  return summarise(
    1,
    Number(changed ?? false),
    `namespace ${istioNamespace} names ${primary} as its control plane`,
  );
}
