import { CancellationScope, condition } from '@temporalio/workflow';

/**
 * Runs `work`, and cancels it as soon as `isNeedless` holds.
 * @throws what `work` throws; a cancellation when it is needless, or when the whole rollout is cancelled
 */
export async function runUnless<T>(isNeedless: () => boolean, work: () => Promise<T>): Promise<T> {
  const scope = new CancellationScope();
  const stopped = condition(isNeedless).then(() => scope.cancel());
  stopped.catch(() => undefined); // Rejected when the whole rollout is cancelled, and so is the work.
  return await scope.run(work);
}
