import type { Worker } from '@temporalio/worker';
import { type Endpoint, listen } from '../../base/listen.js';
import { TASK_QUEUE } from '../../rollout/names.js';
import { versionName } from './version-name.js';
import { workerIdentity } from './worker.js';

/**
 * Serves `/healthz` (the process is alive) and `/readyz` (the worker polls; 503 while it starts or drains) on
 * loopback.
 * @param port 0 = any free one
 */
export async function serveWorkerHealth(worker: Worker, port: number): Promise<Endpoint> {
  return await listen({ host: '127.0.0.1', port }, (request, response) => {
    const { code, body } = answer(request.url ?? '', worker);
    response.writeHead(code, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
  });
}

function answer(path: string, worker: Worker): { code: number; body: object } {
  if (path === '/healthz') return { code: 200, body: { status: 'ok' } };
  if (path !== '/readyz') return { code: 404, body: { status: 'not found', paths: ['/healthz', '/readyz'] } };
  const status = worker.getStatus();
  const version = worker.options.workerDeploymentOptions?.version;
  return {
    code: status.runState === 'RUNNING' ? 200 : 503,
    body: {
      state: status.runState,
      taskQueue: TASK_QUEUE,
      identity: workerIdentity(),
      ...(version && { version: versionName(version) }),
      activities: status.numInFlightActivities,
    },
  };
}
