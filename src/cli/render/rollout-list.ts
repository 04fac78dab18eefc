import type { RolloutListItem } from '../../temporal/reading/rollout-view.js';
import { elapsedOf, statusWord } from './counts.js';
import type { Frame } from './layout/frame.js';
import { inColorOf, symbolOf } from './layout/style.js';
import { type Column, table } from './layout/table.js';
import { clean, cut } from './layout/text.js';
import { formatDate, formatDuration } from './layout/time.js';

const COLUMNS: readonly Column[] = [
  { title: '  MESH' },
  { title: 'STATUS' },
  { title: 'STARTED' },
  { title: 'TIME', align: 'right' },
  { title: 'REQUESTED BY' },
];

/** Returns the rollouts as a table, or a sentence when there are none. */
export function renderList(rollouts: readonly RolloutListItem[], { style, now }: Frame): string[] {
  if (rollouts.length === 0)
    return ['There are no rollouts yet. Start one with: mesh-rollout start -f rollout.yaml'];
  const rows = rollouts.map((rollout) => {
    return [
      `${symbolOf(rollout.status, style)} ${rollout.mesh}`,
      inColorOf(rollout.status, statusWord(rollout.status), style),
      formatDate(rollout.startedAt),
      formatDuration(elapsedOf(rollout, now)),
      cut(clean(rollout.requestedBy), 24),
    ];
  });
  return table(COLUMNS, rows, style);
}
