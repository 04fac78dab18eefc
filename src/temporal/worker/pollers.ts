import type { Client } from '@temporalio/client';
import { TASK_QUEUE } from '../../rollout/names.js';
import type { TemporalAccess } from '../connection/connection.js';
import { versionName } from './version-name.js';

/** Temporal's description of a task queue: who has polled it, and which version is current. */
export type DescribedTaskQueue = Pick<
  Awaited<ReturnType<Client['workflowService']['describeTaskQueue']>>,
  'pollers' | 'versioningInfo'
>;

/** A poll lasts up to a minute. A worker that has not polled for longer is gone. */
const POLLED_WITHIN_MS = 70_000;
const NOBODY = `No worker polls the task queue ${TASK_QUEUE}.`;
/** `WORKER_VERSIONING_MODE_VERSIONED` of Temporal's API. */
const VERSIONED = 2;

/**
 * Returns Temporal's description of who polls the task queue of rollouts.
 * @throws the errors of {@link TemporalAccess.call}
 */
export function describeTaskQueue(access: TemporalAccess, timeoutMs: number): Promise<DescribedTaskQueue> {
  return access.call(timeoutMs, () =>
    access.client.workflowService.describeTaskQueue({
      namespace: access.target.namespace,
      taskQueue: { name: TASK_QUEUE },
      // TASK_QUEUE_TYPE_WORKFLOW of Temporal's API: a worker polls for both or for none.
      taskQueueType: 1,
    }),
  );
}

/**
 * Returns why no worker takes new rollouts, which go to workers of the current version; undefined when one does.
 * @param now milliseconds since the epoch
 */
export function whyNoWorker(described: DescribedTaskQueue, now: number): string | undefined {
  const versions = pollingVersions(described, now);
  if (versions.length === 0) return NOBODY;
  const current = versionName(described.versioningInfo?.currentDeploymentVersion);
  if (versions.includes(current)) return undefined;
  const others = [...new Set(versions)].map((version) => version ?? 'no version').join(', ');
  const which = current === undefined ? 'no version is current' : `the current version is ${current}`;
  return `No worker takes new rollouts from the task queue ${TASK_QUEUE}: ${which}, and only workers of ${others} poll.`;
}

/**
 * Returns why no worker works on a rollout, which stays with the version that it began with; undefined when one does.
 * @param version of the rollout; undefined before a worker has begun it, and for workers without versions
 * @param now milliseconds since the epoch
 */
export function whyNoWorkerOf(
  version: string | undefined,
  described: DescribedTaskQueue,
  now: number,
): string | undefined {
  if (version === undefined) return whyNoWorker(described, now);
  const versions = pollingVersions(described, now);
  if (versions.includes(version)) return undefined;
  return versions.length === 0 ? NOBODY : `The rollout needs a worker of version ${version}, and none polls.`;
}

function pollingVersions({ pollers }: DescribedTaskQueue, now: number): (string | undefined)[] {
  return (pollers ?? [])
    .filter(
      ({ lastAccessTime }) => Number(String(lastAccessTime?.seconds ?? 0)) * 1000 >= now - POLLED_WITHIN_MS,
    )
    .map(({ deploymentOptions: options }) =>
      options?.workerVersioningMode === VERSIONED ? versionName(options) : undefined,
    );
}
