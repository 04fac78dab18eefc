import type { ErrorCode, FindingCode } from '../../rollout/codes.js';
import { ACCEPTABLE, PER_CLUSTER_CODES, RELEASED_BY } from '../../rollout/resolve/acceptance.js';
import type { RolloutView } from '../../temporal/reading/rollout-view.js';
import type { Frame } from './layout/frame.js';
import { cut, pad } from './layout/text.js';

/** A command that a person can run, and when it is the right one. */
interface NextStep {
  readonly when: string;
  readonly command: string;
}

/** Returns what a person can do about whatever waits, at most one line for each kind of action. */
export function renderNext(view: RolloutView, { style, width }: Frame): string[] {
  const steps = nextSteps(view);
  const lead = Math.max(0, ...steps.map(({ when }) => when.length)) + 2;
  return steps.map(
    ({ when, command }) => style.dim(pad(when, lead)) + cut(command, Math.max(8, width - lead)),
  );
}

function nextSteps(view: RolloutView): NextStep[] {
  const { mesh, status, attention } = view;
  if (status === 'Paused') return [{ when: 'to continue', command: `mesh-rollout resume ${mesh}` }];
  const wave = view.waves.find((each) => each.status === 'NeedsAttention');
  return [
    ...(wave ? [{ when: 'to continue', command: `mesh-rollout approve ${mesh} --wave ${wave.name}` }] : []),
    ...(attention && status === 'NeedsAttention'
      ? [{ when: 'when fixed', command: `mesh-rollout retry ${mesh} --code ${attention.code}` }]
      : clusterSteps(view)),
    ...acceptSteps(view),
  ];
}

function clusterSteps({ mesh, clusters }: RolloutView): NextStep[] {
  const waiting = clusters.filter((cluster) => cluster.status === 'NeedsAttention');
  const codes = new Set(waiting.flatMap((cluster) => cluster.attention?.code ?? []));
  const [first] = waiting;
  if (!first) return [];
  const isOneCode = waiting.length > 1 && codes.size === 1;
  const target = isOneCode ? `--code ${[...codes][0]}` : `--cluster ${first.cluster}`;
  const retry = { when: 'when fixed', command: `mesh-rollout retry ${mesh} ${target}` };
  if (first.role === 'primary') return [retry];
  return [retry, { when: 'or to skip', command: `mesh-rollout skip ${mesh} ${target} --reason "…"` }];
}

/** Returns commands for the blocking findings that a person may accept instead of fixing them. */
function acceptSteps({ mesh, attention, clusters, findings }: RolloutView): NextStep[] {
  const holding = [
    // A finding that holds the rollout concerns the cluster that it names, or the primary.
    { code: attention?.code, cluster: findings.find(({ code }) => code === attention?.code)?.cluster },
    ...clusters.map((cluster) => ({ code: releasing(cluster.attention?.code), cluster: cluster.cluster })),
  ].filter(({ code }) => code !== undefined && ACCEPTABLE.includes(code as FindingCode));
  const codes = [...new Set(holding.flatMap(({ code }) => code ?? []))];
  const forAll = codes.filter((code) => !PER_CLUSTER_CODES.includes(code));
  const forOne = holding.find(({ code }) => code !== undefined && !forAll.includes(code));
  const primary = clusters.find(({ role }) => role === 'primary')?.cluster;
  const what = [
    ...(forAll.length > 0 ? [forAll.join(' ')] : []),
    ...(forOne ? [`${forOne.code} --cluster ${forOne.cluster ?? primary ?? '…'}`] : []),
  ];
  return what.map((each) => ({
    when: 'or to accept',
    command: `mesh-rollout accept ${mesh} ${each} --reason "…"`,
  }));
}

/**
 * Returns the finding to accept when a cluster waits with a code. If several are possible, the failure says
 * which.
 */
function releasing(code: string | undefined): string | undefined {
  const [finding, ...others] = RELEASED_BY[code as ErrorCode] ?? [];
  return others.length === 0 ? (finding ?? code) : code;
}
