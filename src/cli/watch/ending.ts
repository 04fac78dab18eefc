import type { RolloutView } from '../../temporal/reading/rollout-view.js';
import type { Frame } from '../render/layout/frame.js';
import { renderProgress } from '../render/progress.js';
import { renderResult } from '../render/result.js';
import type { WatchEnd } from './display.js';

/** Returns what is left on the screen when a watch has ended. */
export function renderEnding(end: WatchEnd, view: RolloutView, frame: Frame): string[] {
  const full: Frame = { ...frame, detail: 'full' };
  if (end === 'over') return renderResult(view, full);
  const note =
    end === 'waiting'
      ? `The rollout waits for a person. To watch it again afterwards: mesh-rollout watch ${view.mesh}`
      : `The rollout continues. To watch it again: mesh-rollout watch ${view.mesh}`;
  return [...renderProgress(view, full), '', note];
}
