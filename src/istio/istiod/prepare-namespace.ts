import type { StepResult } from '../../rollout/progress/step-results.js';
import type { RemoteInput } from '../../rollout/resolve/resolved.js';
import { prepareRemoteNamespace } from '../control-plane/istio-namespace.js';
import type { Site } from '../steps/site.js';
import { summarise } from '../steps/summarise.js';
import { refuseTaken } from './refuse-taken.js';

/**
 * The step `prepare-namespace`: the istio namespace of the remote, with its network and the annotation that lets the
 * primary's istiod lead there.
 */
export async function prepareNamespace(site: Site, input: RemoteInput): Promise<StepResult> {
  const { cluster, step } = site;
  await site.attempt(() => refuseTaken(cluster, input, step.signal));
  const move = input.accept.includes('attached-elsewhere');
  const changed = await site.attempt(() => prepareRemoteNamespace(cluster, input, move, step.signal));
  return summarise(
    1,
    Number(changed ?? false),
    `namespace ${input.istioNamespace} names ${input.primary} as its control plane`,
  );
}
