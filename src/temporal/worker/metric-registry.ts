import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Metric } from '../../rollout/metrics.js';

/** A registry of one process, and what a metric of it is made with. */
export interface MetricRegistry {
  readonly registry: Registry;
  /** The configuration of prom-client for a metric of the catalogue. */
  of(metric: Metric): { name: string; help: string; labelNames: string[]; registers: Registry[] };
}

/** A registry of its own, with the metrics of Node already in it. */
export function createMetricRegistry(): MetricRegistry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    of: ({ name, help, labels }) => ({ name, help, labelNames: [...labels], registers: [registry] }),
  };
}
