import { isOver } from '../rollout/progress/rollout-progress.js';
import type { RolloutView } from '../temporal/reading/rollout-view.js';

/** The exit codes, shared by every command that starts or follows a rollout. */
export const ExitCode = {
  /** Done, or nothing to do. */
  done: 0,
  error: 1,
  /** Of `plan`: a rollout would change something. */
  changes: 2,
  /** The rollout has finished, and not every cluster is attached. */
  incomplete: 3,
  /** The rollout cannot continue until a person acts. */
  waiting: 4,
  /** The watch ended before the rollout did. */
  stillRunning: 5,
  /** Interrupted with Ctrl-C. */
  interrupted: 130,
  /** Nobody reads the output any more. The same code as of a program that SIGPIPE ended. */
  unread: 141,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** Returns the exit code for a rollout that has finished, or undefined while it runs. */
export function exitCodeOf(view: RolloutView): ExitCode | undefined {
  if (!isOver(view.status)) return undefined;
  // The workflow itself fails only because of an invalid document or a defect.
  if (view.execution === 'FAILED') return ExitCode.error;
  const isComplete =
    view.status === 'Succeeded' && view.clusters.every(({ status }) => status === 'Succeeded');
  return isComplete ? ExitCode.done : ExitCode.incomplete;
}

/** Returns true when nothing happens in a rollout until a person acts. */
export function isAtRest(view: RolloutView): boolean {
  const isWaiting = view.status === 'NeedsAttention' || view.status === 'Paused';
  return isWaiting && view.worker === 'answers' && view.clusters.every(({ status }) => status !== 'Running');
}
