import { Gauge, Histogram } from 'prom-client';
import { API_METRICS } from '../rollout/metrics.js';
import type { RolloutFigures } from '../temporal/reading/rollout-figures.js';
import { createMetricRegistry } from '../temporal/worker/metric-registry.js';

/** The metrics of one API server. */
export interface ApiMetrics {
  readonly contentType: string;
  /** Counts an answered request; `route` is the pattern, never the path. */
  answered(request: { method: string; route: string; status: number; seconds: number }): void;
  /**
   * Returns the text of a scrape. Never throws: figures that cannot be read are left out, and a metric reports that.
   */
  scrape(): Promise<string>;
}

/** Figures are read from Temporal at most this often, however often they are scraped. */
const KEPT_MS = 10_000;
/** Prometheus gives up after 10 s by default. A slow Temporal must not cost the other metrics. */
const PATIENCE_MS = 6_000;

/**
 * Returns the metrics of an API server.
 * @param readFigures reads the figures about rollouts from Temporal
 * @param now milliseconds since the epoch
 */
export function createApiMetrics(readFigures: () => Promise<RolloutFigures>, now = Date.now): ApiMetrics {
  const { registry, of } = createMetricRegistry();
  const parked = new Gauge(of(API_METRICS.parkedClusters));
  const rollouts = new Gauge(of(API_METRICS.rollouts));
  const silent = new Gauge(of(API_METRICS.silentRollouts));
  const isRead = new Gauge(of(API_METRICS.figuresRead));
  const duration = new Histogram({
    ...of(API_METRICS.requestDuration),
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  });
  const figures = kept(readFigures, now);
  return {
    contentType: registry.contentType,
    answered: ({ method, route, status, seconds }) => {
      duration.observe({ method, route, status: String(status) }, seconds);
    },
    scrape: async () => {
      const read = await within(figures(), PATIENCE_MS).catch(() => undefined);
      for (const gauge of [parked, rollouts, silent]) gauge.reset();
      isRead.set(read ? 1 : 0);
      if (read) {
        for (const [code, count] of read.parkedByCode) parked.set({ code }, count);
        for (const [status, count] of read.rollouts) rollouts.set({ status }, count);
        silent.set(read.withoutAnswer);
      } else silent.remove();
      return registry.metrics();
    },
  };
}

/**
 * Returns a function that reads once for all concurrent callers and caches a success for a while. Failures are not
 * cached.
 */
function kept<T>(read: () => Promise<T>, now: () => number): () => Promise<T> {
  let last: { readonly at: number; readonly value: Promise<T> } | undefined;
  return () => {
    if (last && now() - last.at < KEPT_MS) return last.value;
    const current = { at: now(), value: read() };
    last = current;
    current.value.catch(() => {
      if (last === current) last = undefined;
    });
    return current.value;
  };
}

async function within<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not read within ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([work, timeUp]);
  } finally {
    clearTimeout(timer);
  }
}
