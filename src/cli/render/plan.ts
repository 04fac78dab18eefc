import { listNames } from '../../base/text/wording.js';
import { describeCounts } from '../../rollout/plan/describe-plan.js';
import type { KindList, PlanGroup, PlanWave, RolloutPlan } from '../../rollout/plan/plan.js';
import { findingLines } from './findings.js';
import type { Frame } from './layout/frame.js';
import { joinSections } from './layout/sections.js';
import type { Style } from './layout/style.js';
import { clean, pad, wrap } from './layout/text.js';
import { formatDuration } from './layout/time.js';

/** How many names of one kind, and clusters of one group, are listed before the rest is only counted. */
const MOST_NAMES = 6;
const MOST_CLUSTERS = 8;

/**
 * Returns a plan as text: the rollout, the findings of the checks, what would happen in which clusters, and a
 * summary.
 */
export function renderPlan(plan: RolloutPlan, frame: Frame): string[] {
  const findings = plan.findings.flatMap((finding) => findingLines(finding, frame, acceptText(finding)));
  const left =
    Object.values(plan.findingCounts).reduce((sum, count) => sum + count, 0) - plan.findings.length;
  return joinSections(
    [
      header(plan, frame),
      findings.length === 0 ? [] : [frame.style.dim('FINDINGS'), ...findings, ...moreLine(left, 'findings')],
      ...plan.groups.map((group) => groupLines(group, frame)),
      moreLine(plan.clustersLeftOut, 'clusters, included in the totals below'),
      podLines(plan, frame),
      summary(plan, frame),
    ],
    frame.width,
  );
}

function header(plan: RolloutPlan, { style, width }: Frame): string[] {
  const { mesh, release, revision, primary, remotes, maxConcurrency, running, waves } = plan;
  const facts = [
    `Istio ${release}`,
    ...(revision === 'default' ? [] : [`revision ${revision}`]),
    `primary ${primary}`,
    `${remotes === 1 ? '1 remote' : `${remotes} remotes`}, ${maxConcurrency} at a time`,
  ];
  const lines = waves.map((wave, index) => `${index === 0 ? 'waves' : '     '}  ${waveText(wave)}`);
  const holder =
    running &&
    `A rollout of this mesh is running, requested by ${clean(running.requestedBy)}: this plan does not include what it still changes.`;
  return [
    `${style.bold(`plan for ${mesh}`)}  ${style.dim(facts.join(' · '))}`,
    ...(waves.length > 1 || waves.some(hasGate) ? lines.flatMap((line) => wrapHanging(line, 7, width)) : []),
    ...(holder ? wrap(holder, width).map(style.warn) : []),
  ];
}

function hasGate({ approval, minSuccessTimeMs }: PlanWave): boolean {
  return approval !== undefined || minSuccessTimeMs > 0;
}

function waveText({ name, clusters, clusterCount, approval, minSuccessTimeMs }: PlanWave): string {
  const gates = [
    ...(approval === undefined ? [] : [`approval ${approval}`]),
    ...(minSuccessTimeMs > 0 ? [`minSuccessTime ${formatDuration(minSuccessTimeMs)}`] : []),
  ];
  return `${name}: ${listed(clusters, clusterCount, MOST_CLUSTERS)}${gates.length > 0 ? ` (${gates.join(', ')})` : ''}`;
}

function acceptText({ severity, acceptable }: RolloutPlan['findings'][number]): string {
  if (severity !== 'block') return '';
  return acceptable ? ' (can be accepted)' : ' (cannot be accepted)';
}

function groupLines(group: PlanGroup, { style, width }: Frame): string[] {
  const { role, clusters, clusterCount, counts, label, problems, notes } = group;
  const who = role === 'primary' ? `${clusters[0]} (primary)` : listed(clusters, clusterCount, MOST_CLUSTERS);
  const what = `${describeCounts(counts)}${clusterCount > 1 ? ' in each' : ''}`;
  const labels: KindList[] =
    label.length === 0 ? [] : [{ kind: 'Namespace', count: label.length, names: label }];
  const kinds = [...group.create, ...group.change, ...labels, ...group.prune].map(({ kind }) => kind.length);
  const layout = { style, width, column: Math.max(0, ...kinds) };
  return [
    ...wrap(`${who}: ${what}`, width).map(style.bold),
    ...kindLines('create', group.create, style.good, layout),
    ...kindLines('change', group.change, style.warn, layout),
    ...kindLines('label', labels, style.warn, layout),
    ...kindLines('prune', group.prune, style.bad, layout),
    ...problems.flatMap(({ code, message, action }) => [
      ...wrap(`${code}: ${clean(message)}`, width - 9).map(
        (line, index) => `  ${index === 0 ? style.bad('stop ') : '     '}  ${line}`,
      ),
      ...wrap(`→ ${clean(action)}`, width - 9).map((line) => `         ${line}`),
    ]),
    ...notes.flatMap((note) => wrapHanging(`  note   ${clean(note)}`, 9, width)).map(style.dim),
  ];
}

/**
 * Returns a line for each kind. Objects that would be deleted are all listed, as far as the plan lists them.
 */
function kindLines(
  verb: 'create' | 'change' | 'label' | 'prune',
  kinds: readonly KindList[],
  look: Style['good'],
  { style, width, column }: { readonly style: Style; readonly width: number; readonly column: number },
): string[] {
  const most = verb === 'prune' ? Number.POSITIVE_INFINITY : MOST_NAMES;
  return kinds.flatMap(({ kind, count, names }, index) => {
    const lead = index === 0 ? look(pad(verb, 6)) : '      ';
    const room = Math.max(20, width - column - 11);
    return wrap(listed(names, count, most), room).map((line, row) =>
      row === 0 ? `  ${lead} ${style.dim(pad(kind, column))}  ${line}` : `${' '.repeat(column + 11)}${line}`,
    );
  });
}

/** Returns the names, and how many more there are. */
function listed(names: readonly string[], count: number, most: number): string {
  const shown = names.slice(0, most);
  if (shown.length === count) return shown.join(', ');
  return shown.length === 0 ? `${count} of them` : `${shown.join(', ')} and ${count - shown.length} more`;
}

function moreLine(count: number, of: string): string[] {
  return count > 0 ? [`and ${count} more ${of}`] : [];
}

function podLines({ podsWithoutSidecar, withoutSidecar }: RolloutPlan, { width }: Frame): string[] {
  if (podsWithoutSidecar === 0) return [];
  const where = listNames(
    withoutSidecar.map(({ cluster, pods }) => `${cluster} ${pods}`),
    MOST_CLUSTERS,
  );
  const pods = podsWithoutSidecar === 1 ? '1 running Pod has' : `${podsWithoutSidecar} running Pods have`;
  return wrap(
    `${pods} no sidecar in the namespaces with injection, and would get one only after a restart: ${where}`,
    width,
  );
}

function summary(
  { outcome, counts, findingCounts, groups, remotes }: RolloutPlan,
  { style, width }: Frame,
): string[] {
  const clusters = remotes + 1;
  const total = `${describeCounts(counts)} in ${clusters} clusters`;
  if (outcome === 'no-change') return wrap(`Plan: no change in ${clusters} clusters.`, width).map(style.good);
  if (outcome === 'changes') return wrap(`Plan: ${total}.`, width).map(style.bold);
  const parked = groups
    .filter(({ problems }) => problems.length > 0)
    .reduce((sum, { clusterCount }) => sum + clusterCount, 0);
  const { block } = findingCounts;
  const why = [
    ...(block > 0 ? [block === 1 ? '1 finding blocks' : `${block} findings block`] : []),
    ...(parked > 0 ? [`${parked === 1 ? '1 cluster' : `${parked} clusters`} would wait for a person`] : []),
  ].join(', ');
  return wrap(`Plan: a rollout would be held, because ${why}. Without that: ${total}.`, width).map(style.bad);
}

/** Wraps text after a lead of `lead` columns, and indents the further lines by as much. */
function wrapHanging(text: string, lead: number, width: number): string[] {
  return wrap(text.slice(lead), width - lead).map((line, index) =>
    index === 0 ? `${text.slice(0, lead)}${line}` : `${' '.repeat(lead)}${line}`,
  );
}
