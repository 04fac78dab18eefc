import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Metric } from '../../rollout/metrics.js';

/** The registry of a process, and the configuration of its metrics. */
export interface MetricRegistry {
  readonly registry: Registry;
  /** Returns the prom-client configuration of a metric of the catalogue. */
  of(metric: Metric): { name: string; help: string; labelNames: string[]; registers: Registry[] };
}

/** Returns a new registry that already contains the metrics of Node. */
export function createMetricRegistry(): MetricRegistry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    of: ({ name, help, labels }) => ({ name, help, labelNames: [...labels], registers: [registry] }),
  };
}
