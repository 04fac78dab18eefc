import { Gauge, Histogram } from 'prom-client';
import { API_METRICS } from '../rollout/metrics.js';
import type { RolloutFigures } from '../temporal/reading/rollout-figures.js';
import { createMetricRegistry } from '../temporal/worker/metric-registry.js';

/** The metrics of one API server. */
export interface ApiMetrics {
  readonly contentType: string;
  /** Counts a request that was answered; `route` is the pattern, never the path. */
  answered(request: { method: string; route: string; status: number; seconds: number }): void;
  /** The text of a scrape. Never throws: figures that cannot be read are left out, and that is told. */
  scrape(): Promise<string>;
}

/** Several scrapers, or a scraper that is in a hurry, read Temporal no more often than this. */
const KEPT_MS = 10_000;
/** Prometheus gives up after 10 s by default; the rest of the metrics must not be lost over Temporal. */
const PATIENCE_MS = 6_000;

/**
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

/** Reads once for all who ask at the same time, and keeps a success for a while; a failure is forgotten at once. */
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
