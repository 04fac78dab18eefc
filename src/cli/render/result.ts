import type { ClusterView, RolloutView } from '../../temporal/rollout-view.js';
import { changedText, elapsedOf, statusWord } from './counts.js';
import { renderFindings } from './findings.js';
import type { Frame } from './frame.js';
import { renderHeader } from './header.js';
import { inColorOf, symbolOf } from './style.js';
import { type Column, fitRow, table } from './table.js';
import { clean, cut, widthOf, wrap } from './text.js';
import { formatDuration } from './time.js';

const COLUMNS: readonly Column[] = [
  { title: '' },
  { title: 'REMOTE', maxWidth: 32 },
  { title: 'STATUS' },
  { title: 'SYNCED', align: 'right' },
  { title: 'WEBHOOK CA' },
  { title: 'ENDPOINTS', maxWidth: 32 },
  { title: 'INJECTED', maxWidth: 32 },
  { title: 'CHANGED', align: 'right' },
  { title: 'TIME', align: 'right' },
];
/** Where a cell begins to lose what others keep: dropped first on a narrow terminal. */
const DROPPED_FIRST = ['ENDPOINTS', 'INJECTED', 'WEBHOOK CA', 'SYNCED'];

/** A rollout that has ended: what was proven for each remote, and what was changed. */
export function renderResult(view: RolloutView, frame: Frame): string[] {
  const remotes = view.clusters.filter((cluster) => cluster.role === 'remote');
  const sections = [
    [...renderHeader(view, frame), ...(view.clusters.length > 0 ? [summary(view, remotes, frame)] : [])],
    remotes.length > 0 ? remoteTable(remotes, frame) : [],
    remotes.flatMap((remote) => notes(remote, frame)),
    renderFindings(view, frame),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]));
}

function summary(view: RolloutView, remotes: readonly ClusterView[], { style }: Frame): string {
  const attached = remotes.filter(({ status }) => status === 'Succeeded').length;
  return style.bold(`${attached} of ${remotes.length} remotes attached, ${changedText(view.changed)}`);
}

function remoteTable(remotes: readonly ClusterView[], frame: Frame): string[] {
  const rows = remotes.map((remote) => rowOf(remote, frame));
  const dropped: string[] = [];
  for (;;) {
    const kept = COLUMNS.map(({ title }) => !dropped.includes(title));
    const lines = table(
      COLUMNS.filter((_, index) => kept[index]),
      rows.map((row) => row.filter((_, index) => kept[index])),
      frame.style,
    );
    const next = DROPPED_FIRST[dropped.length];
    if (next === undefined || Math.max(...lines.map(widthOf)) <= frame.width) return lines;
    dropped.push(next);
  }
}

function rowOf(remote: ClusterView, { style, now }: Frame): string[] {
  const { proof, status } = remote;
  const plain = fitRow(COLUMNS, [
    '',
    remote.cluster,
    '',
    '',
    '',
    listed(proof?.endpoints),
    listed(proof?.injected),
  ]);
  return [
    symbolOf(status, style),
    plain[1] ?? '',
    inColorOf(status, statusWord(status), style),
    proof ? String(proof.synced) : '',
    proof ? (proof.webhookCA ? 'yes' : style.warn('no')) : '',
    plain[5] ?? '',
    plain[6] ?? '',
    remote.startedAt === undefined ? '' : String(remote.changed),
    remote.startedAt === undefined ? '' : formatDuration(elapsedOf(remote, now)),
  ];
}

/** Two by name, the rest by number. */
function listed(names: readonly string[] | undefined): string {
  if (names === undefined) return '';
  const [first, second, ...rest] = names;
  return (
    [first, second].filter((name) => name !== undefined).join(', ') +
    (rest.length > 0 ? ` +${rest.length}` : '')
  );
}

/** What is left for a person to know about a remote. */
function notes(remote: ClusterView, { style, width }: Frame): string[] {
  const { attention, proof, podsWithoutSidecar = 0 } = remote;
  const unproven = proof?.unproven ?? [];
  const texts = [
    ...(attention && remote.status !== 'Succeeded' ? [`${attention.code}: ${clean(attention.message)}`] : []),
    ...(unproven.length > 0
      ? [`injection is not proven in ${unproven.join(', ')}: a policy refuses the probe Pod`]
      : []),
    ...(podsWithoutSidecar > 0
      ? [`${podsWithoutSidecar} running Pods have no sidecar: restart their workloads when it suits`]
      : []),
  ];
  return texts.flatMap((text) =>
    wrap(`${cut(remote.cluster, 32)}: ${text}`, width).map((line) => style.warn(line)),
  );
}
