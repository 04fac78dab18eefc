import type { Client } from '@temporalio/client';
import { TASK_QUEUE } from '../rollout/names.js';
import { versionName } from './version-name.js';

/** What Temporal answers about a task queue: who has polled it, and which version is current. */
export type DescribedTaskQueue = Pick<
  Awaited<ReturnType<Client['workflowService']['describeTaskQueue']>>,
  'pollers' | 'versioningInfo'
>;

/** A poll of a worker lasts up to a minute; what has not polled for longer than that is gone. */
const POLLED_WITHIN_MS = 70_000;
/** `WORKER_VERSIONING_MODE_VERSIONED` of Temporal's API. */
const VERSIONED = 2;

/**
 * Why no worker takes new rollouts, which go to workers of the current version; undefined when one does.
 * @param now milliseconds since the epoch
 */
export function whyNoWorker(
  { pollers, versioningInfo }: DescribedTaskQueue,
  now: number,
): string | undefined {
  const versions = (pollers ?? [])
    .filter(
      ({ lastAccessTime }) => Number(String(lastAccessTime?.seconds ?? 0)) * 1000 >= now - POLLED_WITHIN_MS,
    )
    .map(({ deploymentOptions: options }) =>
      options?.workerVersioningMode === VERSIONED ? versionName(options) : undefined,
    );
  if (versions.length === 0) return `No worker polls the task queue ${TASK_QUEUE}.`;
  const current = versionName(versioningInfo?.currentDeploymentVersion);
  if (versions.includes(current)) return undefined;
  const others = [...new Set(versions)].map((version) => version ?? 'no version').join(', ');
  const which = current === undefined ? 'no version is current' : `the current version is ${current}`;
  return `No worker takes new rollouts from the task queue ${TASK_QUEUE}: ${which}, and only workers of ${others} poll.`;
}
