import type { Status } from '../../rollout/steps.js';
import type { ClusterView } from '../../temporal/reading/rollout-view.js';
import { clusterDetail } from './cluster-detail.js';
import { elapsedOf, statusWord } from './counts.js';
import type { Frame } from './layout/frame.js';
import { inColorOf, symbolOf } from './layout/style.js';
import { type Column, table } from './layout/table.js';
import { cut, pad, widthOf, wrapForeign } from './layout/text.js';
import { formatDuration } from './layout/time.js';

const NAME_WIDTH = 32;
const COLUMNS: readonly Column[] = [
  { title: '  CLUSTER' },
  { title: 'STATUS' },
  { title: 'STEP' },
  { title: 'TRY', align: 'right' },
  { title: 'TIME', align: 'right' },
];
/** With more clusters than this, finished and pending ones are only counted. */
const MANY = 20;
/** The detail goes below the row when there is less room than this beside it. */
const MIN_DETAIL_WIDTH = 36;
const SHORT_DETAIL_LINES = 4;

/**
 * Returns one row for each cluster, with its error and what to do beside or below it.
 * @param rows the number of lines available; when not all clusters fit, those that wait for a person come
 *   first, and the others are counted
 */
export function renderClusters(
  clusters: readonly ClusterView[],
  frame: Frame,
  rows = Number.POSITIVE_INFINITY,
): string[] {
  if (clusters.length === 0) return [];
  const lines = clusters.length > MANY ? [] : linesOf(tableOf(clusters, frame));
  if (lines.length > 0 && lines.length <= rows) return lines;
  const isQuiet = ({ status }: ClusterView) => status === 'Succeeded' || status === 'Pending';
  const counted = countedLines(clusters.filter(isQuiet), frame);
  const loud = tableOf(
    clusters.filter((cluster) => !isQuiet(cluster)),
    frame,
  );
  const all = [...linesOf(loud), ...counted];
  return all.length <= rows ? all : [...linesOf(fitted(loud, rows - counted.length, frame)), ...counted];
}

/** The head of the table, and the lines of each cluster. */
interface ClusterTable {
  readonly head: readonly string[];
  readonly entries: readonly { readonly status: Status; readonly lines: readonly string[] }[];
  /** A line that says how many clusters are left out. */
  readonly rest?: string;
}

function tableOf(clusters: readonly ClusterView[], frame: Frame): ClusterTable {
  if (clusters.length === 0) return { head: [], entries: [] };
  const [head = '', ...body] = table(
    COLUMNS,
    clusters.map((cluster) => rowOf(cluster, frame)),
    frame.style,
  );
  const width = Math.max(...[head, ...body].map(widthOf));
  const entries = clusters.map((cluster, index) => ({
    status: cluster.status,
    lines: withDetail(body[index] ?? '', cluster, width, frame),
  }));
  return { head: [head], entries };
}

function linesOf({ head, entries, rest }: ClusterTable): string[] {
  return [...head, ...entries.flatMap(({ lines }) => lines), ...(rest === undefined ? [] : [rest])];
}

/**
 * Leaves out whole clusters until the table has at most `rows` lines, starting with those that need no
 * person.
 */
function fitted({ head, entries }: ClusterTable, rows: number, { style }: Frame): ClusterTable {
  const stillRunning = ({ status }: { status: Status }) => (status === 'Running' ? 1 : 0);
  const kept: (typeof entries)[number][] = [];
  let room = rows - head.length - 1;
  for (const entry of entries.toSorted((one, other) => stillRunning(one) - stillRunning(other))) {
    if (entry.lines.length > room) break;
    kept.push(entry);
    room -= entry.lines.length;
  }
  const left = entries.length - kept.length;
  return { head, entries: kept, ...(left > 0 && { rest: style.dim(`… ${left} more`) }) };
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

function withDetail(row: string, cluster: ClusterView, rowWidth: number, frame: Frame): string[] {
  const beside = frame.width - rowWidth - 3;
  const isBeside = beside >= MIN_DETAIL_WIDTH;
  const all = clusterDetail(cluster, frame);
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
