import type { ClusterView } from '../../temporal/rollout-view.js';
import { clusterDetail } from './cluster-detail.js';
import { elapsedOf, statusWord } from './counts.js';
import type { Frame } from './frame.js';
import { inColorOf, symbolOf } from './style.js';
import { type Column, table } from './table.js';
import { cut, pad, widthOf, wrapForeign } from './text.js';
import { formatDuration } from './time.js';

const NAME_WIDTH = 32;
const COLUMNS: readonly Column[] = [
  { title: '  CLUSTER' },
  { title: 'STATUS' },
  { title: 'STEP' },
  { title: 'TRY', align: 'right' },
  { title: 'TIME', align: 'right' },
];
/** With more clusters than this, those that are done and those that have not begun are only counted. */
const MANY = 20;
/** Beside the row there must be room for some words; else the detail goes below it. */
const MIN_DETAIL_WIDTH = 36;
const SHORT_DETAIL_LINES = 4;

/** One row for each cluster, and beside or below it its error and what to do. */
export function renderClusters(clusters: readonly ClusterView[], frame: Frame): string[] {
  if (clusters.length === 0) return [];
  const isQuiet = ({ status }: ClusterView) => status === 'Succeeded' || status === 'Pending';
  const shown = clusters.length > MANY ? clusters.filter((cluster) => !isQuiet(cluster)) : clusters;
  const counted = clusters.length > MANY ? clusters.filter(isQuiet) : [];
  const rows = table(
    COLUMNS,
    shown.map((cluster) => rowOf(cluster, frame)),
    frame.style,
  );
  const width = Math.max(...rows.map(widthOf));
  const [head = '', ...body] = shown.length > 0 ? rows : [];
  return [
    ...(shown.length > 0 ? [head] : []),
    ...body.flatMap((row, index) => withDetail(row, shown[index], width, frame)),
    ...countedLines(counted, frame),
  ];
}

function rowOf(cluster: ClusterView, { style, now }: Frame): string[] {
  const { status, attempt } = cluster;
  const name = cluster.role === 'primary' ? `${cluster.cluster} (primary)` : cluster.cluster;
  const isOpen = status === 'Running' || status === 'NeedsAttention' || status === 'Paused';
  return [
    `${symbolOf(status, style)} ${cut(name, NAME_WIDTH)}`,
    inColorOf(status, statusWord(status), style),
    isOpen ? (cluster.step ?? '') : '',
    status === 'Running' && attempt && attempt.attempt > 1 ? String(attempt.attempt) : '',
    cluster.startedAt === undefined ? '' : formatDuration(elapsedOf(cluster, now)),
  ];
}

function withDetail(row: string, cluster: ClusterView | undefined, rowWidth: number, frame: Frame): string[] {
  const beside = frame.width - rowWidth - 3;
  const isBeside = beside >= MIN_DETAIL_WIDTH;
  const all = cluster ? clusterDetail(cluster, frame) : [];
  const parts = isBeside ? all : all.filter(({ isExtra }) => !isExtra);
  if (parts.length === 0) return [row];
  const lines = parts.flatMap(({ text, style }) =>
    wrapForeign(text, isBeside ? beside : frame.width - 4)
      .slice(0, frame.detail === 'short' ? SHORT_DETAIL_LINES : undefined)
      .map((line) => (style ? frame.style[style](line) : line)),
  );
  if (!isBeside) return [row, ...lines.map((line) => `    ${line}`)];
  return lines.map((line, index) => `${pad(index === 0 ? row : '', rowWidth)}   ${line}`);
}

function countedLines(clusters: readonly ClusterView[], { style }: Frame): string[] {
  return (['Succeeded', 'Pending'] as const).flatMap((status) => {
    const count = clusters.filter((cluster) => cluster.status === status).length;
    const word = inColorOf(status, `${count} ${status.toLowerCase()}`, style);
    return count === 0 ? [] : [`${symbolOf(status, style)} ${word}`];
  });
}
