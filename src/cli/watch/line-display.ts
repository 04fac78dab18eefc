import type { RolloutView } from '../../temporal/reading/rollout-view.js';
import type { Followed } from '../follow.js';
import { renderChanges } from '../render/changes.js';
import { formatClock } from '../render/layout/time.js';
import { type Output, writeLines } from '../terminal.js';
import type { WatchDisplay } from './display.js';
import { renderEnding } from './ending.js';

/** Writes one line per change, with the time, for logs and pipes. */
export function lineDisplay(out: Output, now: () => number): WatchDisplay {
  let shown: RolloutView | undefined;
  let problem: string | undefined;
  const tell = (item: Followed) => {
    const title = item.type === 'problem' ? (item.problem.detail ?? item.problem.title) : undefined;
    if (title !== undefined && title !== problem) writeLines(out, [`${formatClock(now())}  ${title}`]);
    problem = title;
  };
  return {
    show: (item, view) => {
      tell(item);
      if (view && view !== shown) writeLines(out, renderChanges(shown, view, now()));
      shown = view ?? shown;
    },
    close: (end, view) => {
      if (!view) return;
      const { columns } = out.size();
      writeLines(out, [
        '',
        ...renderEnding(end, view, { width: columns, style: out.style, now: now(), detail: 'full' }),
      ]);
    },
  };
}
