import type { Status } from '../steps.js';
import type { Attention, ClusterProgress, RolloutProgress, WaveProgress } from './progress.js';
import { isOver } from './rollout-progress.js';

/**
 * Progress as text for the Temporal UI's current details and `temporal workflow metadata`. It uses lists, because UI
 * 2.50 does not render Markdown tables. At most about 20,000 bytes are shown, so healthy clusters are only counted.
 */

/** Returns the readable state of a rollout: its progress, what waits, and which update lets it continue. */
export function describeRollout(progress: RolloutProgress): string {
  const waiting = progress.clusters.filter((cluster) => cluster.attention && !isOver(cluster.status));
  const running = progress.clusters.filter((cluster) => !cluster.attention && cluster.status === 'Running');
  const aborted = progress.clusters.filter((cluster) => cluster.status === 'Aborted');
  const shown = [...waiting, ...running, ...aborted].slice(0, SHOWN);
  return blocks([
    [`**${progress.mesh}** · ${progress.status} · Istio ${progress.release || '…'}`],
    [countLine(progress)],
    progress.attention ? waitingLines(progress.attention, updates('`retry`')) : [],
    ...progress.waves.filter(({ waitingFor }) => waitingFor !== undefined).map(waveLines),
    shown.flatMap(clusterLines),
    [decisionLine(waiting)],
  ]);
}

/** Returns the readable state of a cluster: one line per step. */
export function describeCluster(progress: ClusterProgress): string {
  const { cluster, role, status, attention, steps = [] } = progress;
  const decision = role === 'primary' ? '`retry`' : '`retry` or `skip`';
  return blocks([
    [`**${cluster}** · ${role} · ${status}`],
    attention ? waitingLines(attention, status === 'NeedsAttention' ? updates(decision) : '') : [],
    // What waits is shown above.
    steps.map(({ step, status, message }) =>
      message === undefined || status === 'NeedsAttention'
        ? `- ${step}: ${status}`
        : `- ${step}: ${status} – ${message}`,
    ),
  ]);
}

const SHOWN = 40;

/** Joins parts with an empty line between them, as Markdown separates paragraphs and lists. */
function blocks(parts: readonly (readonly string[])[]): string {
  return parts
    .map((lines) => lines.filter((line) => line !== '').join('\n'))
    .filter((part) => part !== '')
    .join('\n\n');
}

function clusterLines(cluster: ClusterProgress): string[] {
  const notBegun = cluster.status === 'Aborted' ? ', not started' : '';
  const at = cluster.step ? ` at ${cluster.step}` : notBegun;
  const lines = cluster.attention ? attentionLines(cluster.attention) : [];
  const head = `- **${cluster.cluster}** · ${cluster.status}${at}`;
  // UI 2.50 joins the items of a nested list into one line. Two spaces at the end of a line make a line break.
  return [[head, ...lines].join('  \n  ')];
}

/** Returns the lines of an attention. A message of several lines contains several findings. */
function attentionLines({ code, message, action }: Attention): string[] {
  const [first = '', ...others] = message.split('\n').filter((line) => line.trim() !== '');
  return [`\`${code}\`: ${first}`, ...others, `Next: ${action}`];
}

function waitingLines(attention: Attention, decision: string): string[] {
  const items = [...attentionLines(attention), decision].filter((line) => line !== '');
  return ['**Waits**\n', ...items.map((line) => `- ${line}`)];
}

function waveLines({ name, status, waitingFor }: WaveProgress): string[] {
  const approve = status === 'NeedsAttention' ? ` ${updates(`\`approve\` \`{"wave": "${name}"}\``)}` : '';
  return [`Wave **${name}** waits for ${waitingFor}.${approve}`];
}

/** Returns how to decide about parked clusters, with the name of the first. */
function decisionLine(waiting: readonly ClusterProgress[]): string {
  const [first] = waiting.filter(({ status }) => status === 'NeedsAttention');
  if (!first) return '';
  const decision = first.role === 'primary' ? '`retry`' : '`retry` or `skip`';
  return updates(`${decision} with \`{"cluster": "${first.cluster}"}\``);
}

function updates(which: string): string {
  return `To continue, send the update ${which}.`;
}

function countLine({ clusters, status, changed }: RolloutProgress): string {
  if (clusters.length === 0) return 'No clusters yet.';
  const changes = changed === 0 && isOver(status) ? 'nothing changed' : `${changed} objects changed`;
  const remotes = clusters.filter(({ role }) => role === 'remote');
  const attached = remotes.filter((remote) => remote.status === 'Succeeded').length;
  const counts = new Map<Status, number>();
  for (const cluster of clusters) {
    if (cluster.status !== 'Succeeded') counts.set(cluster.status, (counts.get(cluster.status) ?? 0) + 1);
  }
  return [
    `${attached} of ${remotes.length} remotes attached`,
    ...[...counts].map(([each, count]) => `${count} ${each}`),
    changes,
  ].join(' · ');
}
