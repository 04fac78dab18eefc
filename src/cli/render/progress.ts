import type { RolloutView } from '../../temporal/reading/rollout-view.js';
import { renderClusters } from './clusters.js';
import { hasProgress } from './counts.js';
import { renderFindings } from './findings.js';
import { renderHeader } from './header.js';
import type { Frame } from './layout/frame.js';
import { joinSections } from './layout/sections.js';
import { renderNext } from './next-steps.js';

/**
 * Returns a rollout that is under way as a table.
 * @param rows the number of lines available: the list of clusters is shortened, not what a person can do
 */
export function renderProgress(view: RolloutView, frame: Frame, rows = Number.POSITIVE_INFINITY): string[] {
  const header = renderHeader(view, frame);
  const below = [renderFindings(view, frame), renderNext(view, frame)];
  const taken = joinSections([header, ...below], frame.width).length + 1;
  const clusterFrame = { ...frame, knowsChanges: hasProgress(view) };
  const clusters = renderClusters(view.clusters, clusterFrame, rows - taken);
  return joinSections([header, clusters, ...below], frame.width);
}

/** Fits lines into a terminal of `rows` rows, and counts those that do not fit. */
export function clip(lines: readonly string[], rows: number): string[] {
  if (lines.length <= rows) return [...lines];
  const kept = Math.max(1, rows - 1);
  return [...lines.slice(0, kept), `… ${lines.length - kept} more lines`];
}
