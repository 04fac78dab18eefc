import type { Frame } from '../../../src/cli/render/layout/frame.js';
import { PLAIN } from '../../../src/cli/render/layout/style.js';

/** A page without colours at a fixed time: 100 seconds after {@link rollout} started. */
export function frame(changes: Partial<Frame> = {}): Frame {
  return { width: 110, style: PLAIN, now: 100_000, detail: 'short', ...changes };
}
