import { afterEach } from 'vitest';
import { Message } from '../../src/rollout/names.js';
import type { RolloutProgress } from '../../src/rollout/progress/progress.js';
import { until } from '../support/wait.js';
import { startWorker } from '../support/workflows/workflows.js';
import type { ScriptedActivities } from './scripted-activities.js';

const open: Awaited<ReturnType<typeof startWorker>>[] = [];

/**
 * Starts a rollout with a worker of its own, which ends with the test.
 *
 * @param before what happens before the rollout starts
 */
export async function startScripted(
  script: ScriptedActivities,
  before: (running: Awaited<ReturnType<typeof startWorker>>) => Promise<void> = async () => {},
) {
  const running = await startWorker(() => script.build());
  open.push(running);
  await before(running);
  const handle = await running.start(script.resolved.mesh);
  const progress = () => handle.query<RolloutProgress>(Message.progress);
  const cluster = async (name: string) => (await progress()).clusters.find((each) => each.cluster === name);
  /** Waits until a cluster has a status. */
  const reaches = (name: string, status: string) =>
    until(`${name} is ${status}`, async () => {
      const found = await cluster(name);
      return found?.status === status ? found : undefined;
    });
  /** Waits until the rollout has a status. */
  const becomes = (status: string) =>
    until(`the rollout is ${status}`, async () => {
      const now = await progress();
      return now.status === status ? now : undefined;
    });
  return { ...running, handle, progress, cluster, reaches, becomes };
}

/** To be called by each file that starts rollouts. */
export function closeWorkersAfterEach(): void {
  afterEach(async () => {
    await Promise.all(open.splice(0).map((running) => running.close()));
  });
}
