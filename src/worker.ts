import { createActivities } from '../activities/index.js';
import { type Config, requireInventory } from './config/config.js';
import { createLog } from './config/log.js';
import { Istioctl } from './istio/istioctl.js';
import { Clusters } from './kubernetes/clusters.js';
import { connectWorker, openClient } from './temporal/connection.js';
import { installRuntime } from './temporal/runtime.js';
import { ensureSearchAttributes } from './temporal/search-attributes.js';
import { serveMetrics } from './temporal/serve-metrics.js';
import { createWorker } from './temporal/worker.js';
import { serveWorkerHealth } from './temporal/worker-health.js';
import { createWorkerMetrics } from './temporal/worker-metrics.js';
import { WORKFLOW_BUNDLE } from './temporal/workflow-files.js';

/**
 * Runs a worker until SIGINT or SIGTERM; activities under way get 30 s to end.
 * @throws ConfigError, RolloutError `inventory-invalid` or TemporalError when it cannot start
 */
export async function runWorker(config: Config): Promise<void> {
  const log = createLog('worker', config.logLevel);
  const clusters = new Clusters(requireInventory(config));
  const { clusters: known } = await clusters.inventory();
  installRuntime(log, config.worker.sdkMetricsAddress);
  const connection = await connectWorker(config.temporal);
  const access = openClient(config.temporal);
  const metrics = createWorkerMetrics();
  try {
    await ensureSearchAttributes(access);
    const worker = await createWorker({
      connection,
      namespace: config.temporal.namespace,
      workflows: { bundle: WORKFLOW_BUNDLE },
      activities: createActivities({
        clusters,
        istioctl: new Istioctl(config.istioctl),
        temporalClient: async () => access.client,
      }),
      maxActivities: config.worker.maxActivities,
      observer: metrics.interceptor,
    });
    const { healthPort, metricsAddress } = config.worker;
    const health = healthPort === undefined ? undefined : await serveWorkerHealth(worker, healthPort);
    const scraped = metricsAddress && (await serveMetrics(metrics, metricsAddress));
    const ports = { healthPort: health?.port, metricsPort: scraped?.port };
    log.info({ ...config.temporal, clusters: known.length, ...ports }, 'worker runs');
    await worker.run();
    await health?.close();
    await scraped?.close();
    log.info('worker has stopped');
  } finally {
    clusters.close();
    await access.close();
    await connection.close();
  }
}
