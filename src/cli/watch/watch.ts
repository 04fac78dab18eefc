import { applyEvent } from '../../temporal/reading/rollout-event.js';
import type { RolloutView } from '../../temporal/reading/rollout-view.js';
import type { ApiClient } from '../api-client.js';
import { ExitCode, exitCodeOf, isAtRest } from '../exit-code.js';
import { follow } from '../follow.js';
import type { WatchDisplay } from './display.js';

export interface WatchOptions {
  /** Stop watching after this many milliseconds. The rollout continues. */
  readonly timeoutMs?: number;
  /** Keep watching while the rollout waits for a person. */
  readonly stay: boolean;
  /** How long a rollout must be idle to count as waiting, in milliseconds. @default 2000 */
  readonly restMs?: number;
  readonly onInterrupt: (callback: () => void) => () => void;
}

/** Between the end of one cluster and the start of the next, a rollout briefly looks idle. */
const REST_MS = 2_000;

/**
 * Shows a rollout until it has finished, or until it cannot continue without a person.
 * @throws ApiProblem, ApiUnreachable
 */
export async function watchRollout(
  client: ApiClient,
  mesh: string,
  display: WatchDisplay,
  options: WatchOptions,
): Promise<ExitCode> {
  const stop = new AbortController();
  let reason: ExitCode | undefined;
  const stopWith = (code: ExitCode) => {
    reason ??= code;
    stop.abort();
  };
  const timer =
    options.timeoutMs === undefined
      ? undefined
      : setTimeout(() => stopWith(ExitCode.stillRunning), options.timeoutMs);
  const ignoreInterrupt = options.onInterrupt(() => stopWith(ExitCode.interrupted));
  let rest: NodeJS.Timeout | undefined;
  let view: RolloutView | undefined;
  try {
    for await (const item of follow(client, mesh, stop.signal)) {
      if (item.type === 'snapshot' || item.type === 'change') view = applyEvent(view, item);
      display.show(item, view);
      clearTimeout(rest);
      if (view && isAtRest(view) && !options.stay) {
        rest = setTimeout(() => stopWith(ExitCode.waiting), options.restMs ?? REST_MS);
      }
    }
    const code = (view && exitCodeOf(view)) ?? reason ?? ExitCode.error;
    const isWaiting = reason === ExitCode.waiting;
    display.close(view && exitCodeOf(view) !== undefined ? 'over' : isWaiting ? 'waiting' : 'goes-on', view);
    return code;
  } catch (error) {
    display.close('goes-on', undefined);
    throw error;
  } finally {
    clearTimeout(timer);
    clearTimeout(rest);
    ignoreInterrupt();
  }
}
