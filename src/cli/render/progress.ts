import type { RolloutView } from '../../temporal/rollout-view.js';
import { renderClusters } from './clusters.js';
import { hasProgress } from './counts.js';
import { renderFindings } from './findings.js';
import type { Frame } from './frame.js';
import { renderHeader } from './header.js';
import { renderNext } from './next-steps.js';
import { joinSections } from './sections.js';

/** A rollout that is under way, as a table. */
export function renderProgress(view: RolloutView, frame: Frame): string[] {
  const sections = [
    renderHeader(view, frame),
    renderClusters(view.clusters, { ...frame, knowsChanges: hasProgress(view) }),
    renderFindings(view, frame),
    renderNext(view, frame),
  ];
  return joinSections(sections, frame.width);
}

/** Fits lines into a terminal of so many rows: what does not fit is counted. */
export function clip(lines: readonly string[], rows: number): string[] {
  if (lines.length <= rows) return [...lines];
  const kept = Math.max(1, rows - 1);
  return [...lines.slice(0, kept), `… ${lines.length - kept} more lines`];
}
