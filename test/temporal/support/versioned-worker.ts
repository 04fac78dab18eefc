import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { pino } from 'pino';
import type { Activities } from '../../../src/rollout/activities.js';
import { connectWorker, type TemporalAccess } from '../../../src/temporal/connection/connection.js';
import { startPromotion } from '../../../src/temporal/worker/promotion.js';
import { createWorker } from '../../../src/temporal/worker/worker.js';
import { workerVersion } from '../../../src/temporal/worker/worker-version.js';

/** Where the workers of a test belong: a task queue and a Worker Deployment of their own. */
export interface Place {
  readonly access: TemporalAccess;
  readonly taskQueue: string;
  readonly deployment: string;
}

/** The product's worker on a bundle, with activities of the test; it promotes itself as the product's does. */
export async function startVersion(
  { access, taskQueue, deployment }: Place,
  { code }: WorkflowBundleWithSourceMap,
  activities: Activities,
) {
  const directory = await mkdtemp(join(tmpdir(), 'mesh-rollout-version-'));
  const bundle = join(directory, 'workflow-bundle.js');
  await writeFile(bundle, code);
  const version = await workerVersion(deployment, bundle);
  const connection = await connectWorker(access.target);
  const worker = await createWorker({
    connection,
    namespace: access.target.namespace,
    taskQueue,
    version,
    workflows: { bundle },
    activities,
    maxActivities: 10,
  });
  const running = worker.run();
  const promotion = startPromotion(access, version, pino({ level: 'silent' }));
  return {
    buildId: version.buildId,
    promotion: promotion.ended,
    async close() {
      promotion.stop();
      worker.shutdown();
      await running;
      await connection.close();
      await rm(directory, { recursive: true });
    },
  };
}
