import { CancelledFailure } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { Counter, Histogram } from 'prom-client';
import { type StepOutcome, WORKER_METRICS } from '../../rollout/metrics.js';
import { stepNameOf } from '../reading/attempt.js';
import { createMetricRegistry } from './metric-registry.js';

/** The metrics of one worker. */
export interface WorkerMetrics {
  readonly contentType: string;
  /** Measures every attempt of every activity of its worker. */
  readonly interceptor: ActivityInterceptorsFactory;
  /** Counts a rollout that was stopped because of its workflow. */
  rolloutStalled(): void;
  /** Returns the text of a scrape. */
  scrape(): Promise<string>;
}

/** In seconds: from setting a label to starting istiod. */
const BUCKETS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

/** Returns the metrics in a separate registry, with those of Node. */
export function createWorkerMetrics(): WorkerMetrics {
  const { registry, of } = createMetricRegistry();
  const duration = new Histogram({ ...of(WORKER_METRICS.stepDuration), buckets: BUCKETS });
  const attempts = new Counter(of(WORKER_METRICS.stepAttempts));
  const stalled = new Counter(of(WORKER_METRICS.stalledRollouts));
  return {
    contentType: registry.contentType,
    scrape: () => registry.metrics(),
    rolloutStalled: () => stalled.inc(),
    interceptor: ({ info, cancellationSignal }) => ({
      inbound: {
        execute: async (input, next) => {
          const step = stepNameOf(info.activityType);
          attempts.inc({ step });
          const took = duration.startTimer({ step });
          try {
            const result = await next(input);
            took({ outcome: 'succeeded' satisfies StepOutcome });
            return result;
          } catch (error) {
            took({ outcome: outcomeOf(error, cancellationSignal.aborted) });
            throw error;
          }
        },
      },
    }),
  };
}

/** Returns the outcome as Temporal will treat it: only a failure that is marked non-retryable is not retried. */
function outcomeOf(error: unknown, isCancelled: boolean): StepOutcome {
  if (isCancelled && error instanceof CancelledFailure) return 'cancelled';
  return error instanceof ApplicationFailure && error.nonRetryable ? 'needs-attention' : 'retried';
}
