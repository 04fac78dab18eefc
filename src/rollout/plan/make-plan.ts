import type { ClusterInspection, Finding } from '../checks/findings.js';
import { compareClusters } from '../checks/pairs.js';
import type { ErrorCode } from '../codes.js';
import { ACCEPTABLE, applyAcceptance, isBlocking } from '../resolve/acceptance.js';
import type { ResolvedRollout } from '../resolve/resolved.js';
import { boundPlan } from './bound-plan.js';
import type {
  ChangeCounts,
  ClusterPlan,
  KindList,
  PlanFinding,
  PlanGroup,
  PrimaryPlan,
  RemotePlan,
  RolloutPlan,
  RunningRollout,
} from './plan.js';

/** Combines the results of the clusters into a plan. Pure and deterministic: a workflow uses it. */

/** The results that a plan is made of. */
export interface PlanParts {
  readonly resolved: ResolvedRollout;
  readonly running?: RunningRollout;
  readonly findings: readonly Finding[];
  readonly primary: PrimaryPlan;
  /** By cluster, in the order of the document. */
  readonly remotes: ReadonlyMap<string, RemotePlan>;
}

/** Returns all findings of the checks, as a rollout of this document would treat them. */
export function planFindings(
  resolved: ResolvedRollout,
  inspections: readonly ClusterInspection[],
): readonly Finding[] {
  const all = [
    ...inspections.flatMap(({ findings }) => findings),
    ...compareClusters(inspections).map(({ finding }) => finding),
  ];
  return applyAcceptance(all, resolved.accept);
}

/** With one of these findings, nothing can be tried in the cluster. */
const UNTRIABLE: ReadonlySet<string> = new Set([
  'cluster-unreachable',
  'credentials-rejected',
  'kubeconfig-unusable',
  'permission-missing',
  'tool-release-mismatch',
]);

/** Returns the finding because of which a cluster cannot be tried, or undefined when it can. */
export function whyUntriable(cluster: string, findings: readonly Finding[]): Finding | undefined {
  return findings.find(
    (finding) => finding.cluster === cluster && isBlocking(finding) && UNTRIABLE.has(finding.code),
  );
}

/** Returns the plan of a cluster that could not be tried: only the reason. */
export function untried(why: string): ClusterPlan {
  const counts = { create: 0, change: 0, label: 0, prune: 0, keep: 0 };
  const notes = [`not tried: ${why}`];
  return { counts, create: [], change: [], label: [], prune: [], problems: [], notes, podsWithoutSidecar: 0 };
}

/** Returns the whole plan, short enough for one payload. */
export function makePlan(parts: PlanParts): RolloutPlan {
  const { resolved, running, remotes } = parts;
  const plans = withoutRepetition(parts);
  const counts = sum([...plans.values()].map((plan) => plan.counts));
  const pods = [...remotes].flatMap(([cluster, { podsWithoutSidecar }]) =>
    podsWithoutSidecar === 0 ? [] : [{ cluster, pods: podsWithoutSidecar }],
  );
  const { mesh, release, revision, istioNamespace, meshID, network } = resolved;
  return boundPlan({
    mesh,
    outcome: outcomeOf(parts.findings, [...plans.values()], counts),
    release,
    revision,
    istioNamespace,
    meshID,
    network,
    primary: resolved.primary.cluster,
    remotes: resolved.remotes.length,
    waves: resolved.waves.map((wave) => ({ ...wave, clusterCount: wave.clusters.length })),
    maxConcurrency: resolved.maxConcurrency,
    maxFailures: resolved.maxFailures,
    progressDeadlineMs: resolved.progressDeadlineMs,
    accept: resolved.accept.map(({ code, clusters }) =>
      clusters ? `${code} in ${clusters.join(', ')}` : code,
    ),
    ...(running && { running }),
    findings: ordered(parts.findings),
    findingCounts: {
      block: countOf(parts.findings, 'block'),
      warn: countOf(parts.findings, 'warn'),
      info: countOf(parts.findings, 'info'),
    },
    counts,
    groups: groups(plans, resolved.primary.cluster),
    clustersLeftOut: 0,
    withoutSidecar: pods,
    podsWithoutSidecar: pods.reduce((total, each) => total + each.pods, 0),
  });
}

/**
 * Returns the plan of every cluster. Remote secrets are listed with the primary, and problems that a finding already
 * reports are left out.
 */
function withoutRepetition({ resolved, findings, primary, remotes }: PlanParts): Map<string, ClusterPlan> {
  const { controlPlaneMoves: _moves, ...own } = primary;
  const registrations = [...remotes.values()].map((remote) => remote.registration);
  const withSecrets = registrations.reduce(
    (plan, { action, secret }) => withObject(plan, action, 'Secret', secret),
    own as ClusterPlan,
  );
  const plans = new Map<string, ClusterPlan>([[resolved.primary.cluster, withSecrets]]);
  for (const [cluster, { registration: _registration, ...plan }] of remotes) plans.set(cluster, plan);
  for (const [cluster, plan] of plans) {
    const told = findings.filter((finding) => finding.cluster === cluster && isBlocking(finding));
    const problems = plan.problems.filter(
      ({ code }) => !told.some((finding) => SAME_AS[finding.code] === code),
    );
    plans.set(cluster, { ...plan, problems });
  }
  return plans;
}

/** The problem with which a rollout would stop because of a finding. */
const SAME_AS: Partial<Record<Finding['code'], ErrorCode>> = {
  'attached-elsewhere': 'remote-taken',
  'own-control-plane': 'remote-taken',
  'mesh-mismatch': 'preflight-blocked',
  'namespace-missing': 'namespace-not-ready',
  'namespace-label-conflict': 'namespace-not-ready',
};

function withObject(
  plan: ClusterPlan,
  action: 'create' | 'change' | 'keep',
  kind: string,
  name: string,
): ClusterPlan {
  const counts = { ...plan.counts, [action]: plan.counts[action] + 1 };
  if (action === 'keep') return { ...plan, counts };
  const list = plan[action];
  const known = list.find((each) => each.kind === kind);
  const next: KindList = {
    kind,
    count: (known?.count ?? 0) + 1,
    names: [...(known?.names ?? []), ...((known?.names.length ?? 0) < LONGEST_LIST ? [name] : [])],
  };
  return { ...plan, counts, [action]: [...list.filter((each) => each !== known), next].sort(byKind) };
}

/** How many names of one kind are listed. */
const LONGEST_LIST = 50;

function byKind(one: KindList, other: KindList): number {
  return one.kind < other.kind ? -1 : 1;
}

/** Returns the clusters in groups: plans that differ only in names form one group. */
function groups(plans: ReadonlyMap<string, ClusterPlan>, primary: string): PlanGroup[] {
  const byContent = new Map<string, PlanGroup>();
  for (const [cluster, { podsWithoutSidecar: _pods, ...plan }] of plans) {
    const role = cluster === primary ? 'primary' : 'remote';
    const key = JSON.stringify([role, plan]);
    const clusters = [...(byContent.get(key)?.clusters ?? []), cluster];
    byContent.set(key, { role, clusters, clusterCount: clusters.length, ...plan });
  }
  const rank = (group: PlanGroup) => (group.role === 'primary' ? -1 : rankOf(group));
  return [...byContent.values()].sort((one, other) => rank(one) - rank(other));
}

function rankOf({ problems, counts, notes }: PlanGroup): number {
  if (problems.length > 0) return 0;
  if (counts.prune > 0) return 1;
  if (counts.change > 0) return 2;
  return isQuiet(counts) && notes.length === 0 ? 4 : 3;
}

function isQuiet({ create, change, label, prune }: ChangeCounts): boolean {
  return create + change + label + prune === 0;
}

function outcomeOf(
  findings: readonly Finding[],
  plans: readonly ClusterPlan[],
  counts: ChangeCounts,
): RolloutPlan['outcome'] {
  if (findings.some(isBlocking) || plans.some(({ problems }) => problems.length > 0)) return 'blocked';
  return isQuiet(counts) ? 'no-change' : 'changes';
}

function ordered(findings: readonly Finding[]): PlanFinding[] {
  const order = ['block', 'warn', 'info'];
  return findings
    .map((finding) => ({ ...finding, acceptable: ACCEPTABLE.includes(finding.code) }))
    .sort((one, other) => order.indexOf(one.severity) - order.indexOf(other.severity));
}

function countOf(findings: readonly Finding[], severity: Finding['severity']): number {
  return findings.filter((finding) => finding.severity === severity).length;
}

function sum(all: readonly ChangeCounts[]): ChangeCounts {
  const total = (key: keyof ChangeCounts) => all.reduce((count, each) => count + each[key], 0);
  return {
    create: total('create'),
    change: total('change'),
    label: total('label'),
    prune: total('prune'),
    keep: total('keep'),
  };
}
