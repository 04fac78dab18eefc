import { listNames } from '../../base/text/wording.js';
import { PRIMARY_STEPS, REMOTE_STEPS, type StepName } from '../../rollout/steps.js';
import type { ClusterView, RolloutView } from '../../temporal/reading/rollout-view.js';
import { changedText, elapsedOf, hasProgress, statusWord } from './counts.js';
import { renderFindings } from './findings.js';
import { renderHeader } from './header.js';
import type { Frame } from './layout/frame.js';
import { joinSections } from './layout/sections.js';
import { inColorOf, symbolOf } from './layout/style.js';
import { type Column, table } from './layout/table.js';
import { clean, cut, widthOf, wrap } from './layout/text.js';
import { formatDuration } from './layout/time.js';

const NAME_WIDTH = 32;
/** On a narrow terminal these columns go first: the lines below have what was proven. */
const DROPPED_FIRST = ['PROVEN', 'TIME'];
/** Remotes that a line names. */
const NAMED = 5;
const COLUMNS: readonly Column[] = [
  { title: '  REMOTE' },
  { title: 'STATUS' },
  { title: 'PROVEN', align: 'right' },
  { title: 'CHANGED', align: 'right' },
  { title: 'TIME', align: 'right' },
];

/** A rollout that has ended: what was proven for each remote, and what was changed. */
export function renderResult(view: RolloutView, frame: Frame): string[] {
  const remotes = view.clusters.filter((cluster) => cluster.role === 'remote');
  const sections = [
    [...renderHeader(view, frame), ...(view.clusters.length > 0 ? summary(view, remotes, frame) : [])],
    remotes.length > 0 ? remoteTable(remotes, frame) : [],
    proofLines(remotes, frame),
    view.clusters.flatMap((cluster) => notes(cluster, frame)),
    renderFindings(view, frame),
  ];
  return joinSections(sections, frame.width);
}

function summary(view: RolloutView, remotes: readonly ClusterView[], frame: Frame): string[] {
  const { style, width } = frame;
  const attached = remotes.filter(({ status }) => status === 'Succeeded').length;
  const primary = view.clusters.find(({ role }) => role === 'primary');
  const changed = hasProgress(view) ? `, ${changedText(view.changed)}` : '';
  return [
    style.bold(cut(`${attached} of ${remotes.length} remotes attached${changed}`, width)),
    ...(primary && hasProgress(view) ? [primaryLine(primary, frame)] : []),
  ];
}

function primaryLine(primary: ClusterView, { style, now, width }: Frame): string {
  const took = primary.startedAt === undefined ? '' : `, ${formatDuration(elapsedOf(primary, now))}`;
  const text = `primary ${primary.cluster}: ${changedText(primary.changed)}${took}`;
  return `${symbolOf(primary.status, style)} ${cut(text, width - 2)}`;
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
  const { proofs, status } = remote;
  return [
    `${symbolOf(status, style)} ${cut(remote.cluster, NAME_WIDTH)}`,
    inColorOf(status, statusWord(status), style),
    proofs === undefined ? '' : `${proofs.filter(({ proven }) => proven).length} of ${proofs.length}`,
    remote.startedAt === undefined ? '' : String(remote.changed),
    remote.startedAt === undefined ? '' : formatDuration(elapsedOf(remote, now)),
  ];
}

/** What was proven, once for all remotes for which it is the same. */
function proofLines(remotes: readonly ClusterView[], { style, width }: Frame): string[] {
  const clusters = new Map<string, string[]>();
  for (const { cluster, proofs = [] } of remotes) {
    for (const { what, value, proven } of proofs) {
      const line = `${proven ? 'proven' : 'not proven'}: ${what} ${clean(value)}`;
      clusters.set(line, [...(clusters.get(line) ?? []), cluster]);
    }
  }
  return [...clusters].flatMap(([line, names]) => {
    const where = names.length === remotes.length ? '' : ` (${listNames(names, NAMED)})`;
    const show = line.startsWith('not') ? style.warn : (text: string) => text;
    return wrap(line + where, width).map(show);
  });
}

/** How far an aborted cluster got: nothing is rolled back, and the next rollout does the rest. */
function leftOver({ role, step }: ClusterView): string {
  if (step === undefined) return 'not begun';
  const steps: readonly StepName[] = role === 'primary' ? PRIMARY_STEPS : REMOTE_STEPS;
  return `stopped at ${step}; left: ${steps.slice(steps.indexOf(step)).join(', ')}`;
}

/** What is left for a person to know about a cluster. */
function notes(cluster: ClusterView, { style, width }: Frame): string[] {
  const { attention, podsWithoutSidecar = 0 } = cluster;
  const texts = [
    ...(cluster.status === 'Aborted' ? [leftOver(cluster)] : []),
    ...(attention && cluster.status !== 'Succeeded'
      ? [`${attention.code}: ${clean(attention.message)}`]
      : []),
    ...(podsWithoutSidecar > 0
      ? [`${podsWithoutSidecar} running Pods have no sidecar: restart their workloads when it suits`]
      : []),
  ];
  return texts.flatMap((text) =>
    wrap(`${cut(cluster.cluster, NAME_WIDTH)}: ${text}`, width).map((line) => style.warn(line)),
  );
}
