import type { StepContext } from '../../../steps/step-context.js';
import type { EnsureOptions } from '../release/ensure-release.js';

/** Returns how the releases of a cluster are written: as the work of this rollout, with Helm's lines as progress. */
export function releaseOptions(
  { rolloutId, accept }: { readonly rolloutId: string; readonly accept: readonly string[] },
  step: StepContext,
): EnsureOptions {
  return {
    rolloutId,
    takeOwnership: accept.includes('installer-differs'),
    signal: step.signal,
    onProgress: (line) => step.heartbeat(`helm: ${line}`),
  };
}
