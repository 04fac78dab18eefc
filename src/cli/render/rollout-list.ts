import type { RolloutListItem } from '../../temporal/rollout-view.js';
import { elapsedOf, statusWord } from './counts.js';
import type { Frame } from './frame.js';
import { inColorOf, symbolOf } from './style.js';
import { type Column, fitRow, table } from './table.js';
import { clean } from './text.js';
import { formatDate, formatDuration } from './time.js';

const COLUMNS: readonly Column[] = [
  { title: '' },
  { title: 'MESH', maxWidth: 63 },
  { title: 'STATUS' },
  { title: 'STARTED' },
  { title: 'TIME', align: 'right' },
  { title: 'REQUESTED BY', maxWidth: 24 },
];

/** Rollouts as a table, or a sentence when there are none. */
export function renderList(rollouts: readonly RolloutListItem[], { style, now }: Frame): string[] {
  if (rollouts.length === 0)
    return ['There are no rollouts yet. Start one with: mesh-rollout start -f rollout.yaml'];
  const rows = rollouts.map((rollout) => {
    const plain = fitRow(COLUMNS, ['', rollout.mesh, '', '', '', clean(rollout.requestedBy)]);
    return [
      symbolOf(rollout.status, style),
      plain[1] ?? '',
      inColorOf(rollout.status, statusWord(rollout.status), style),
      formatDate(rollout.startedAt),
      formatDuration(elapsedOf(rollout, now)),
      plain[5] ?? '',
    ];
  });
  return table(COLUMNS, rows, style);
}
