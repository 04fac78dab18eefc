import type { ClusterProgress, RolloutProgress } from './progress.js';
import type { Status } from './steps.js';

/**
 * Progress as text for the Temporal UI's current details and `temporal workflow metadata`. Lists and no tables:
 * UI 2.50 does not render Markdown tables. At most about 20,000 bytes are shown, so healthy clusters are only counted.
 */

/** The readable state of a rollout. */
export function describeRollout(progress: RolloutProgress): string {
  const lines = [
    `**${progress.mesh}** · ${progress.status} · Istio ${progress.release || '…'}`,
    '',
    countLine(progress.clusters),
  ];
  if (progress.attention)
    lines.push('', `Waits: ${progress.attention.message}`, `Next: ${progress.attention.action}`);
  for (const wave of progress.waves.filter((each) => each.waitingFor !== undefined)) {
    lines.push('', `Wave ${wave.name} waits for ${wave.waitingFor}`);
  }
  const shown = progress.clusters
    .filter(({ attention, status }) => attention || status === 'Running' || status === 'Aborted')
    .slice(0, 40);
  if (shown.length > 0) lines.push('', ...shown.flatMap(clusterLines));
  return lines.join('\n');
}

/** The readable state of one cluster: a line a step. */
export function describeCluster(progress: ClusterProgress): string {
  const lines = [`**${progress.cluster}** · ${progress.status}`, ''];
  for (const step of progress.steps ?? []) {
    lines.push(`- ${step.step}: ${step.status}${step.message ? ` — ${step.message}` : ''}`);
  }
  if (progress.attention)
    lines.push('', `Waits: ${progress.attention.message}`, `Next: ${progress.attention.action}`);
  return lines.join('\n');
}

function clusterLines(cluster: ClusterProgress): string[] {
  const { step, status } = cluster;
  const where = step ? ` at ${step}` : status === 'Aborted' ? ', not begun' : '';
  const lines = [`- ${cluster.cluster}: ${status}${where}`];
  if (cluster.attention)
    lines.push(`  - ${cluster.attention.message}`, `  - Next: ${cluster.attention.action}`);
  return lines;
}

function countLine(clusters: readonly ClusterProgress[]): string {
  const counts = new Map<Status, number>();
  for (const cluster of clusters) counts.set(cluster.status, (counts.get(cluster.status) ?? 0) + 1);
  return [...counts].map(([status, count]) => `${count} ${status}`).join(' · ') || 'no clusters yet';
}
