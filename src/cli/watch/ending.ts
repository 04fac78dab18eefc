import type { RolloutView } from '../../temporal/reading/rollout-view.js';
import type { Frame } from '../render/layout/frame.js';
import { renderProgress } from '../render/progress.js';
import { renderResult } from '../render/result.js';
import type { WatchEnd } from './display.js';

/** What stands on the screen when a watch is over. */
export function renderEnding(end: WatchEnd, view: RolloutView, frame: Frame): string[] {
  const full: Frame = { ...frame, detail: 'full' };
  if (end === 'over') return renderResult(view, full);
  const note =
    end === 'waiting'
      ? `The rollout waits for a person. Then watch it again: mesh-rollout watch ${view.mesh}`
      : `The rollout goes on. Watch it again: mesh-rollout watch ${view.mesh}`;
  return [...renderProgress(view, full), '', note];
}
