import type { RolloutView } from '../../temporal/reading/rollout-view.js';
import type { ProblemBody } from '../api-error.js';
import { LiveTable } from '../live-table.js';
import type { Frame } from '../render/layout/frame.js';
import { clean, wrap } from '../render/layout/text.js';
import { clip, renderProgress } from '../render/progress.js';
import { type Output, writeLines } from '../terminal.js';
import type { WatchDisplay } from './display.js';
import { renderEnding } from './ending.js';

const TICK_MS = 1_000;

/** Shows a table on a terminal. It is redrawn in place every second, to keep the times current. */
export function liveDisplay(out: Output, now: () => number): WatchDisplay {
  const table = new LiveTable(out);
  let current: RolloutView | undefined;
  let problem: ProblemBody | undefined;
  const frame = (): Frame => ({ width: out.size().columns, style: out.style, now: now(), detail: 'short' });
  const draw = () => {
    // The cursor needs a line of its own below the table.
    const rows = out.size().rows - 1;
    const above = problemLines(problem, frame());
    const lines = current ? renderProgress(current, frame(), rows - above.length) : [];
    table.draw(clip([...above, ...lines], rows));
  };
  const ticker = setInterval(draw, TICK_MS);
  return {
    show: (item, view) => {
      current = view;
      problem = item.type === 'problem' ? item.problem : undefined;
      draw();
    },
    close: (end, view) => {
      clearInterval(ticker);
      if (view) {
        // The ending may be longer than the screen, so it replaces the last table.
        table.draw([]);
        table.close();
        writeLines(out, renderEnding(end, view, frame()));
      } else table.close();
    },
  };
}

function problemLines(problem: ProblemBody | undefined, { width, style }: Frame): string[] {
  if (!problem) return [];
  const text = [problem.detail ?? problem.title, problem.action]
    .filter((part) => part !== undefined)
    .join(' ');
  return [...wrap(clean(text), width).map(style.warn), ''];
}
