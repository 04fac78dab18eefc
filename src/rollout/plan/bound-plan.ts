import type { KindList, PlanGroup, RolloutPlan } from './plan.js';

/** No payload of a rollout is larger than 32 KiB. The difference is for the wrapper of the plan. */
const LARGEST = 28 * 1024;

/** How many entries of each list are kept. The rows are tried in order until the plan is short enough. */
const LIMITS = [
  { names: 50, pruned: 50, findings: 50, clusters: Number.POSITIVE_INFINITY, groups: 100, pods: 50 },
  { names: 10, pruned: 50, findings: 30, clusters: Number.POSITIVE_INFINITY, groups: 60, pods: 20 },
  { names: 3, pruned: 20, findings: 20, clusters: 100, groups: 30, pods: 10 },
  { names: 1, pruned: 10, findings: 15, clusters: 20, groups: 15, pods: 5 },
  { names: 0, pruned: 5, findings: 8, clusters: 5, groups: 8, pods: 0 },
  { names: 0, pruned: 2, findings: 4, clusters: 2, groups: 4, pods: 0 },
] as const;

type Limits = (typeof LIMITS)[number];

/** Returns the plan with its lists cut to the size of one payload. Pruned objects are cut last; counts stay exact. */
export function boundPlan(plan: RolloutPlan): RolloutPlan {
  let bounded = plan;
  for (const limits of LIMITS) {
    bounded = cut(plan, limits);
    if (bytesOf(bounded) <= LARGEST) break;
  }
  return bounded;
}

function cut(plan: RolloutPlan, limits: Limits): RolloutPlan {
  const groups = plan.groups.slice(0, limits.groups);
  const leftOut = plan.groups.slice(limits.groups);
  return {
    ...plan,
    waves: plan.waves.map((wave) => ({ ...wave, clusters: wave.clusters.slice(0, limits.clusters) })),
    findings: plan.findings.slice(0, limits.findings),
    groups: groups.map((group) => cutGroup(group, limits)),
    clustersLeftOut: leftOut.reduce((count, group) => count + group.clusterCount, 0),
    withoutSidecar: plan.withoutSidecar.slice(0, limits.pods),
  };
}

function cutGroup(group: PlanGroup, { names, pruned, clusters }: Limits): PlanGroup {
  const shorten = (list: readonly KindList[], most: number) =>
    list.map((kind) => ({ ...kind, names: kind.names.slice(0, most) }));
  return {
    ...group,
    clusters: group.clusters.slice(0, clusters),
    create: shorten(group.create, names),
    change: shorten(group.change, names),
    prune: shorten(group.prune, pruned),
  };
}

/** Returns the size in UTF-8, as in the payload. Messages of API servers may contain more than ASCII. */
function bytesOf(plan: RolloutPlan): number {
  return new TextEncoder().encode(JSON.stringify(plan)).length;
}
