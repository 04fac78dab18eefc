import type { Worker } from '@temporalio/worker';
import { createActivities } from '../activities/index.js';
import { requireInventory } from './config/config.js';
import { createLog } from './config/log.js';
import type { ServiceConfig } from './config/service-config.js';
import { describeTemporal } from './config/temporal-settings.js';
import { Installers, parseChartSources } from './istio/installers/installers.js';
import { Clusters } from './kubernetes/connection/clusters.js';
import { ERRORS } from './rollout/codes.js';
import { ENCODING_WORKFLOW_BUNDLE, WORKFLOW_BUNDLE } from './temporal/bundle/workflow-files.js';
import { checkAccess } from './temporal/connection/check-access.js';
import { connectWorker, openClient } from './temporal/connection/connection.js';
import { createDataConverter } from './temporal/connection/data-converter.js';
import { ensureSearchAttributes } from './temporal/connection/search-attributes.js';
import { stopStalledRollouts, watchStalledRollouts } from './temporal/reading/stalled-rollouts.js';
import { startPromotion } from './temporal/worker/promotion.js';
import { installRuntime } from './temporal/worker/runtime.js';
import { serveMetrics } from './temporal/worker/serve-metrics.js';
import { createWorker } from './temporal/worker/worker.js';
import { serveWorkerHealth } from './temporal/worker/worker-health.js';
import { createWorkerMetrics } from './temporal/worker/worker-metrics.js';
import { workerVersion } from './temporal/worker/worker-version.js';

/**
 * Runs a worker until SIGINT or SIGTERM; activities under way get 30 s to end.
 * @throws ConfigError, RolloutError `inventory-invalid` or TemporalError when it cannot start
 */
export async function runWorker(config: ServiceConfig): Promise<void> {
  const log = createLog('worker', config.logLevel);
  const clusters = new Clusters(requireInventory(config));
  const { clusters: known } = await clusters.inventory();
  const { istioctl, kubectl, helm, helmCharts = '' } = config;
  const installers = new Installers({ istioctl, kubectl, helm, charts: parseChartSources(helmCharts) });
  installRuntime(log, config.worker.sdkMetricsAddress);
  const dataConverter = createDataConverter(config.codecKeys);
  const bundle = config.codecKeys.length > 0 ? ENCODING_WORKFLOW_BUNDLE : WORKFLOW_BUNDLE;
  const connection = await connectWorker(config.temporal);
  const access = openClient(config.temporal, dataConverter);
  const metrics = createWorkerMetrics();
  try {
    const [tools] = await Promise.all([installers.tools(), checkAccess(access)]);
    await ensureSearchAttributes(access);
    const { deployment, promote } = config.worker;
    const version = await workerVersion(deployment, WORKFLOW_BUNDLE);
    const started: { worker?: Worker } = {};
    const worker = await createWorker({
      connection,
      namespace: config.temporal.namespace,
      workflows: { bundle },
      version,
      dataConverter,
      activities: createActivities({
        clusters,
        installers,
        temporalClient: async () => access.client,
        maxActivities: config.worker.maxActivities,
        isStopping: () => started.worker?.getState() !== 'RUNNING',
      }),
      maxActivities: config.worker.maxActivities,
      observer: metrics.interceptor,
    });
    started.worker = worker;
    const { healthPort, metricsAddress } = config.worker;
    const health = healthPort === undefined ? undefined : await serveWorkerHealth(worker, healthPort);
    const scraped = metricsAddress && (await serveMetrics(metrics, metricsAddress));
    const about = { ...describeTemporal(config.temporal), codecKeys: config.codecKeys.map(({ id }) => id) };
    const ports = { healthPort: health?.port, metricsPort: scraped?.port };
    log.info({ ...about, ...version, clusters: known.length, tools, ...ports }, 'worker runs');
    const onStalled = (workflowId: string) => {
      metrics.rolloutStalled();
      log.error({ workflowId, code: 'workflow-stalled' }, ERRORS['workflow-stalled'].title);
    };
    // Before the first poll: what has ended the worker before would end this one too.
    for (const workflowId of await stopStalledRollouts(access)) onStalled(workflowId);
    const watch = watchStalledRollouts(access, log, onStalled);
    const promotion = promote ? startPromotion(access, version, log) : undefined;
    await worker.run().finally(() => {
      watch.stop();
      promotion?.stop();
    });
    await health?.close();
    await scraped?.close();
    log.info('worker has stopped');
  } finally {
    await installers.close();
    clusters.close();
    await access.close();
    await connection.close();
  }
}
