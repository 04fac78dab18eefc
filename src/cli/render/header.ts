import { isOver } from '../../rollout/progress/rollout-progress.js';
import type { Status } from '../../rollout/steps.js';
import type { RolloutView } from '../../temporal/reading/rollout-view.js';
import { countLine, elapsedOf, statusWord } from './counts.js';
import type { Frame } from './layout/frame.js';
import { inColorOf, symbolOf } from './layout/style.js';
import { clean, cut, wrap, wrapForeign } from './layout/text.js';
import { formatDuration } from './layout/time.js';

/**
 * Returns the lines above the clusters: the rollout, its status, the number of clusters in each status, and
 * what it waits for.
 */
export function renderHeader(view: RolloutView, frame: Frame): string[] {
  const { style, width } = frame;
  const elapsed = formatDuration(elapsedOf(view, frame.now));
  const release = view.release === '' ? [] : [`Istio ${view.release}`];
  const facts = [...release, `requested by ${clean(view.requestedBy)}`].join(' · ');
  const room = width - view.mesh.length - statusWord(view.status).length - elapsed.length - 7;
  return [
    [
      style.bold(view.mesh),
      inColorOf(view.status, statusWord(view.status), style),
      elapsed,
      style.dim(cut(facts, Math.max(0, room))),
    ]
      .join('  ')
      .trimEnd(),
    ...(view.clusters.length > 0 && !isOver(view.status) ? [countLine(view.clusters, style)] : []),
    ...stepLines(view, frame),
    ...waveLines(view, frame),
    ...workerLines(view, frame),
    ...attentionLines(view, frame),
  ];
}

/** Returns the rollout's own steps until all have succeeded, with the last error while a step is retried. */
function stepLines(view: RolloutView, frame: Frame): string[] {
  const { style, width } = frame;
  if (view.steps.every((step) => step.status === 'Succeeded')) return [];
  const statusNow = (status: Status) => (status === 'Running' && isOver(view.status) ? view.status : status);
  const line = view.steps.map((step) => `${symbolOf(statusNow(step.status), style)} ${step.step}`).join('  ');
  const error = view.attempt?.lastError;
  if (!error || !view.attempt) return [line];
  const text = `attempt ${view.attempt.attempt}: ${error.code ? `${error.code}: ` : ''}${clean(error.message)}`;
  return [line, ...wrap(text, width - 2).map((part) => `  ${style.warn(part)}`)];
}

function waveLines(view: RolloutView, { style, width }: Frame): string[] {
  const isPlain = view.waves.length < 2 && view.waves.every((wave) => wave.waitingFor === undefined);
  if (isPlain) return [];
  const waves = view.waves.map((wave) => `${symbolOf(wave.status, style)} ${wave.name}`).join('  ');
  const waiting = view.waves.flatMap(({ name, waitingFor }) =>
    waitingFor === undefined ? [] : wrap(`wave ${name} waits for ${clean(waitingFor)}`, width),
  );
  return [`${style.dim('waves')}  ${waves}`, ...waiting.map(style.warn)];
}

function workerLines({ worker, version, status }: RolloutView, { style, width }: Frame): string[] {
  if (worker === 'answers') return [];
  const who = version === undefined ? 'No worker' : `No worker of version ${version}`;
  const then = isOver(status)
    ? 'the full progress is available when one runs again'
    : 'the rollout continues when one runs again (mesh-rollout worker)';
  const text =
    worker === 'none'
      ? `${who} answers: ${then}. This is the last known state.`
      : 'The workflow fails in the worker: check its log. This is the last known state.';
  return wrap(text, width).map(style.warn);
}

function attentionLines(view: RolloutView, { style, width, detail }: Frame): string[] {
  if (!view.attention) return [];
  const { code, message, action } = view.attention;
  const lines = wrapForeign(`${code}: ${message}`, width - 2);
  const shown = detail === 'short' ? lines.slice(0, 6) : lines;
  const problems = (view.problems ?? []).flatMap((problem) =>
    wrap(`${problem.path} ${clean(problem.message)}`, width - 4).map((part) => `    ${part}`),
  );
  return [
    ...shown.map((part, index) => `${index === 0 ? style.warn('!') : ' '} ${style.warn(part)}`),
    ...problems,
    ...wrap(`→ ${clean(action)}`, width - 2).map((part) => `  ${part}`),
  ];
}
