import { Context } from '@temporalio/activity';
import { cut } from '../src/base/text/cut.js';
import { redact } from '../src/base/text/redact.js';
import type { StepContext } from '../src/istio/steps/step-context.js';
import type { StepResult } from '../src/rollout/progress/step-results.js';
import { RolloutError } from '../src/rollout/rollout-error.js';
import { deadlineOf } from './deadline.js';
import { toFailure } from './failure.js';

/** Shorter than what lies between the two deadlines of an attempt of some minutes. */
const TAKE_BACK_MS = 4_000;
/** While the attempt still has time: what is taken back may have to be rendered first, on a busy machine. */
const LONGEST_TAKE_BACK_MS = 30_000;

/**
 * Often enough that a cancellation is soon obeyed: Temporal delivers it with the answer to a heartbeat. Most steps of most
 * remotes are over before the first one; each would cost Temporal a write to its database.
 */
const LONGEST_HEARTBEAT_INTERVAL_MS = 2_000;

/** Longer details are cut: each heartbeat sends them. */
const DETAIL_LIMIT = 1000;

/**
 * The frame around every activity: heartbeats, cancellation, its own deadline a little before Temporal's (so that a
 * timeout comes with a reason), and failures as {@link toFailure} makes them.
 *
 * Cancellation leaves as Temporal's own CancelledFailure, also where a library threw an AbortError: Temporal takes an
 * AbortError of a paused or reset activity for a cancellation that nobody asked for, and the attempt hangs until its
 * timeout (sdk-typescript 1.23, worker/src/activity.ts).
 */
export function defineActivity<Input, Result>(
  run: (input: Input, step: StepContext) => Promise<Result>,
  clusterOf: (input: Input) => string | undefined = () => undefined,
): (input: Input) => Promise<Result> {
  return async (input) => {
    const context = Context.current();
    const { heartbeatTimeoutMs } = context.info;
    const deadline = deadlineOf(context.info);
    let detail = 'started';
    const beat = () => context.heartbeat({ detail });
    // Without a heartbeat timeout an activity must not heartbeat.
    const pulse = heartbeatTimeoutMs
      ? setInterval(beat, Math.min(heartbeatTimeoutMs / 3, LONGEST_HEARTBEAT_INTERVAL_MS))
      : undefined;
    const timeIsUp = new AbortController();
    const startedAt = Date.now();
    const timer = setTimeout(() => {
      const seconds = Math.round((Date.now() - startedAt) / 1000);
      timeIsUp.abort(
        new RolloutError('api-unavailable', `not done within ${seconds} s; the last thing was: ${detail}`),
      );
    }, deadline - startedAt);
    try {
      const signal = AbortSignal.any([context.cancellationSignal, timeIsUp.signal]);
      return await run(input, {
        signal,
        deadline,
        heartbeat: (words) => {
          // Reasons for which something is waited for come from clusters, and Temporal keeps what it is sent.
          detail = cut(redact(words), DETAIL_LIMIT);
        },
        takeBack: async (work) => {
          const { notFound, timedOut } = context.cancellationDetails ?? {};
          if (notFound || timedOut) return;
          const left = signal.aborted ? 0 : Math.min(deadline - Date.now(), LONGEST_TAKE_BACK_MS);
          await work(AbortSignal.timeout(Math.max(left, TAKE_BACK_MS))).catch((error: Error) => {
            // Why the attempt has failed is what a person has to know first.
            context.log.warn('could not take back what is not proven', { reason: redact(error.message) });
          });
        },
        log: context.log,
      });
    } catch (error) {
      if (context.cancellationSignal.aborted) await context.cancelled;
      const reason = timeIsUp.signal.aborted && isAbortError(error) ? timeIsUp.signal.reason : error;
      const failure = toFailure(reason, { cluster: clusterOf(input) });
      if (failure.type === 'internal-error' && reason instanceof Error) {
        context.log.error('unexpected error', { stack: redact(reason.stack ?? reason.message) });
      }
      throw failure;
    } finally {
      clearTimeout(timer);
      clearInterval(pulse);
    }
  };
}

/** Input of a step: it is about `cluster`, or about the primary where there is none. */
interface StepInput {
  readonly cluster?: string;
  readonly primary: string;
}

/**
 * The frame around a step of a cluster: like {@link defineActivity}; failures name the cluster, and the result tells how
 * many attempts it took.
 */
export function defineStep<Input extends StepInput, Result extends StepResult>(
  run: (input: Input, step: StepContext) => Promise<Result>,
): (input: Input) => Promise<Result> {
  return defineActivity(
    async (input: Input, step) => ({ ...(await run(input, step)), attempts: Context.current().info.attempt }),
    (input) => input.cluster ?? input.primary,
  );
}

function isAbortError(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
