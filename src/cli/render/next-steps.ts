import type { RolloutView } from '../../temporal/rollout-view.js';
import type { Frame } from './frame.js';
import { cut } from './text.js';

/** The commands with which a person helps on what waits; none when nothing does. */
function nextCommands(view: RolloutView): string[] {
  const waiting = view.clusters.filter((cluster) => cluster.status === 'NeedsAttention');
  const codes = [...new Set(waiting.flatMap((cluster) => cluster.attention?.code ?? []))];
  const isRollout = view.attention !== undefined && view.status === 'NeedsAttention';
  const first = waiting[0];
  if (isRollout && view.attention) return [`mesh-rollout retry ${view.mesh} --code ${view.attention.code}`];
  if (!first) return [];
  const target =
    waiting.length > 1 && codes.length === 1 ? `--code ${codes[0]}` : `--cluster ${first.cluster}`;
  return [
    `mesh-rollout retry ${view.mesh} ${target}`,
    ...(first.role === 'primary' ? [] : [`mesh-rollout skip ${view.mesh} ${target} --reason "…"`]),
  ];
}

/** The same as lines to be shown. */
export function renderNext(view: RolloutView, { style, width }: Frame): string[] {
  const commands = nextCommands(view);
  return commands.map((command, index) => {
    const lead = index === 0 ? 'when mended  ' : 'or leave out ';
    return style.dim(lead) + cut(command, Math.max(8, width - lead.length));
  });
}
