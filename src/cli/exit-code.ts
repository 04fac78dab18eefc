import { isOver } from '../rollout/progress/rollout-progress.js';
import type { RolloutView } from '../temporal/reading/rollout-view.js';

/** How a command ends; the same numbers for every command that starts or follows a rollout. */
export const ExitCode = {
  /** Done, or nothing to do. */
  done: 0,
  error: 1,
  /** Of `plan`: a rollout would change something. */
  changes: 2,
  /** The rollout has ended, and not every cluster is attached. */
  incomplete: 3,
  /** Nothing moves any more without a person. */
  waiting: 4,
  /** The watch was over before the rollout. */
  stillRunning: 5,
  /** Interrupted with Ctrl-C. */
  interrupted: 130,
  /** Nobody reads the output any more; as of a program that SIGPIPE has ended. */
  unread: 141,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** How a rollout has ended; nothing while it runs. */
export function exitCodeOf(view: RolloutView): ExitCode | undefined {
  if (!isOver(view.status)) return undefined;
  // Only a document that is not valid, or a defect, makes the workflow itself fail.
  if (view.execution === 'FAILED') return ExitCode.error;
  const isComplete =
    view.status === 'Succeeded' && view.clusters.every(({ status }) => status === 'Succeeded');
  return isComplete ? ExitCode.done : ExitCode.incomplete;
}

/** True when a rollout is at rest until a person does something. */
export function isAtRest(view: RolloutView): boolean {
  const isWaiting = view.status === 'NeedsAttention' || view.status === 'Paused';
  return isWaiting && view.worker === 'answers' && view.clusters.every(({ status }) => status !== 'Running');
}
