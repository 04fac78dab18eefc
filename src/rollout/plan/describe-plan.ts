import type { ChangeCounts, RolloutPlan } from './plan.js';

/** Returns the counts as text: `3 to create, 1 to prune`, or `nothing to change`. */
export function describeCounts({ create, change, label, prune }: ChangeCounts): string {
  const parts = [
    [create, 'to create'],
    [change, 'to change'],
    [label, label === 1 ? 'namespace to label' : 'namespaces to label'],
    [prune, 'to prune'],
  ] as const;
  const named = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return named.length === 0 ? 'nothing to change' : named.join(', ');
}

/**
 * Returns a plan as text for the current details of its workflow. It has only the numbers; the result has the names.
 */
export function describePlan({ mesh, outcome, counts, findingCounts, remotes }: RolloutPlan): string {
  const { block, warn, info } = findingCounts;
  return [
    `**${mesh}** · plan: ${outcome} · ${remotes} remotes`,
    '',
    describeCounts(counts),
    `findings: ${block} block, ${warn} warn, ${info} info`,
  ].join('\n');
}
