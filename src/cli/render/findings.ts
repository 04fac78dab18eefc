import type { Finding } from '../../rollout/checks/findings.js';
import type { RolloutView } from '../../temporal/reading/rollout-view.js';
import type { Frame } from './layout/frame.js';
import { clean, wrap } from './layout/text.js';

/**
 * Returns the findings of the checks, each with what to do. A table that is redrawn shows only their number.
 */
export function renderFindings(view: RolloutView, frame: Frame): string[] {
  const all = [...view.findings, ...view.clusters.flatMap((cluster) => cluster.findings ?? [])].filter(
    (finding) => !isTold(finding, view),
  );
  if (all.length === 0) return [];
  if (frame.detail === 'short') {
    const warnings = all.filter(({ severity }) => severity === 'warn').length;
    if (warnings === 0) return [];
    const count = warnings === 1 ? '1 warning' : `${warnings} warnings`;
    return wrap(`${count} from the checks: mesh-rollout status ${view.mesh}`, frame.width).map(
      frame.style.dim,
    );
  }
  return [frame.style.dim('FINDINGS'), ...all.flatMap((finding) => findingLines(finding, frame))];
}

/** Returns whether a blocking finding is already shown at the rollout or cluster that it holds. */
function isTold(finding: Finding, view: RolloutView): boolean {
  const holders = [view, ...view.clusters.filter(({ cluster }) => cluster === finding.cluster)];
  return finding.severity === 'block' && holders.some(({ attention }) => attention?.code === finding.code);
}

/**
 * Returns one finding: what, where, and what to do.
 *
 * @param more text after the code and the clusters
 */
export function findingLines(finding: Finding, { style, width }: Frame, more = ''): string[] {
  const about = [finding.cluster, finding.otherCluster].filter((name) => name !== undefined).join(', ');
  const text = `${finding.code}${about === '' ? '' : ` (${about})`}${more}: ${clean(finding.what)}`;
  const look =
    finding.severity === 'block' ? style.bad : finding.severity === 'warn' ? style.warn : style.dim;
  const lead = finding.severity.padEnd(5);
  const lines = wrap(text, width - 7);
  return [
    ...lines.map((line, index) => `${look(index === 0 ? lead : '     ')}  ${line}`),
    ...wrap(`where: ${clean(finding.where)}`, width - 7).map((line) => `       ${style.dim(line)}`),
    ...wrap(`→ ${clean(finding.action)}`, width - 7).map((line) => `       ${line}`),
  ];
}
